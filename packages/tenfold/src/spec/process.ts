import { z } from "zod";
import type { Bytes } from "../units/bytes.ts";
import { type Millis, seconds } from "../units/millis.ts";
import { type Command, command, duration, environment, size } from "./scalars.ts";

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

/** The fields of an `AppProcess`, for a composite schema; `grace` in seconds. */
export function processFields(what: string, grace: number): { [K in keyof AppProcess]: z.ZodType<AppProcess[K]> } {
  return {
    command: command.describe(`Starts ${what}.`),
    directory: z.string().min(1).default(".").describe("Where the command runs, relative to the file."),
    grace: duration.default(seconds(grace)).describe("Time between SIGTERM and SIGKILL."),
    memory: z
      .union([z.literal(false), size])
      .default(false)
      .describe(`Memory that ${what} may use; beyond it, it is restarted.`),
    cpu: z
      .union([z.literal(false), z.number().positive()])
      .default(false)
      .describe(`Cores that ${what} may use; needs cgroup v2.`),
    env: environment.default({}).describe(`Variables for ${what} only.`),
  };
}
