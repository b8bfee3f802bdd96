import { z } from "zod";
import type { Millis } from "../../units/millis.ts";
import { parsePercent } from "../../units/percent.ts";
import { type Command, command, duration, line } from "../scalars.ts";
import { refuse, withTraits } from "../traits.ts";
import type { Surge } from "./surge.ts";

export type Strategy = "rolling" | "blue-green";

/** How a new release comes. */
export interface Deploy {
  readonly strategy: Strategy;
  /** Runs in the release's own copy of the code, before anything else. */
  readonly build: Command | false;
  readonly surge: Surge;
  /** Runs against a new instance that gets no requests yet, before a blue-green switch. */
  readonly smoke: Command | false;
  /** How long the former set is kept warm after a blue-green switch. */
  readonly warm: Millis;
  /** How long a rolled out release is watched before it counts as deployed. */
  readonly watch: Millis;
  /** Releases that are kept, the current one among them. */
  readonly keep: number;
  /** Names and patterns of what of the project is not copied. */
  readonly exclude: readonly string[];
}

const surge = withTraits(
  z.union([z.number().int().min(1).max(1000), z.string()]).transform((value, context): Surge => {
    if (typeof value === "number") return { kind: "count", count: value };
    const share = parsePercent(value);
    if (share !== undefined && share > 0) return { kind: "share", share };
    return refuse(context, value);
  }),
  { expects: "a number such as 1, or a share such as 25%" },
);

const optionalCommand = z.union([z.literal(false), command]);

export const deploy: z.ZodType<Deploy> = z
  .strictObject({
    strategy: z
      .enum(["rolling", "blue-green"])
      .prefault("rolling")
      .describe("How a release replaces the one before it."),
    build: optionalCommand
      .prefault(false)
      .describe(
        "Runs once in the release's own copy of the code, before its release command: npm ci && npm run build.",
      ),
    surge: surge
      .prefault("25%")
      .describe("Further instances that run while others are replaced; as many are replaced at a time."),
    smoke: optionalCommand
      .prefault(false)
      .describe("Runs before a blue-green switch, with PREVIEW_URL naming a new instance that gets no requests yet."),
    warm: duration
      .prefault("10m")
      .describe("How long the former instances stay ready for a rollback after a blue-green switch."),
    watch: duration
      .prefault("2s")
      .describe("How long a release is watched, once rolled out, before it counts as deployed."),
    keep: z
      .number()
      .int()
      .min(2)
      .max(100)
      .prefault(5)
      .describe("Releases that are kept for a rollback, the current one among them."),
    exclude: z
      .array(line)
      .readonly()
      .prefault([".git", ".hg", ".svn", ".tenfold"])
      .describe("Names of files and directories that are not copied into a release."),
  })
  .meta({ id: "Deploy" });
