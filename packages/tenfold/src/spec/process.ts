import { z } from "zod";
import { type Bytes, mebibytes } from "../units/bytes.ts";
import type { Millis } from "../units/millis.ts";
import { type Command, command, duration, environment, filePath, sizeFrom } from "./scalars.ts";
import { withTraits } from "./traits.ts";

/** What every process of the application has: web instances, workers, the scheduler. */
export interface AppProcess {
  readonly command: Command;
  readonly directory: string;
  /** Time between SIGTERM and SIGKILL. */
  readonly grace: Millis;
  readonly memory: Bytes | false;
  readonly cpu: number | false;
  readonly env: Readonly<Record<string, string>>;
}

/** The fields of an `AppProcess`, for a composite schema; `grace` as a user would write it. */
export function processFields(what: string, grace: string): { [K in keyof AppProcess]: z.ZodType<AppProcess[K]> } {
  return {
    command: command.describe(`Starts ${what}. Text is read by /bin/sh; a list of words is run as it is.`),
    directory: filePath.prefault(".").describe("Where the command runs, relative to the project's directory."),
    grace: duration.prefault(grace).describe("Time between SIGTERM and SIGKILL."),
    memory: z
      .union([z.literal(false), sizeFrom(mebibytes(16))])
      .prefault(false)
      .describe(`Memory that ${what} may use; beyond it, it is restarted.`),
    cpu: z
      .union([
        z.literal(false),
        withTraits(z.number().min(0.01).max(1024), { expects: "a number of cores from 0.01 to 1024, such as 0.5" }),
      ])
      .prefault(false)
      .describe(`Cores that ${what} may use; needs cgroup v2.`),
    env: environment.prefault({}).describe(`Variables for ${what} only; they win over those of the whole fleet.`),
  };
}

/** A process by its command alone, where that is all there is to say. */
export function shorthand(text: Command): { command: Command } {
  return { command: text };
}
