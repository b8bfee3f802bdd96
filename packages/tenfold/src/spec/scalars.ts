import { z } from "zod";
import { type Bytes, configBytes, parseBytes } from "../units/bytes.ts";
import { formatDuration, type Millis, parseDuration, seconds } from "../units/millis.ts";
import { type Port, parsePort } from "../units/port.ts";
import { refuse, traits, withTraits } from "./traits.ts";

/** A command: text for the shell, or a list of words that no shell sees. */
export type Command = string | readonly string[];

/** As far as the timers of HAProxy and of Node.js reach (2^31 - 1 ms is 24.8 days). */
const LONGEST = seconds(24 * 24 * 3600);
const LARGEST = parseBytes("1024tb") ?? 0;

function scalar<T>(expects: string, parse: (value: unknown) => T | undefined): z.ZodType<T, string | number> {
  const schema: z.ZodType<T, string | number> = z.union([z.string(), z.number()]).transform((value, context) => {
    const parsed = parse(value);
    return parsed === undefined ? refuse(context, value) : parsed;
  });
  return schema.register(traits, { expects });
}

function durationFrom(least: number, expects: string): z.ZodType<Millis, string | number> {
  return scalar(expects, (value) => {
    const parsed = parseDuration(value);
    return parsed !== undefined && parsed >= least && parsed <= LONGEST ? parsed : undefined;
  });
}

/** `30s`, `5m`, `250ms`, or a number of seconds; at most 24 days. */
export const duration: z.ZodType<Millis, string | number> = durationFrom(
  0,
  `a duration such as 30s, 5m or 250ms (at most ${formatDuration(LONGEST)})`,
);

/** A `duration` of at least a millisecond: where zero would mean "for ever" or "all the time". */
export const positiveDuration: z.ZodType<Millis, string | number> = durationFrom(
  1,
  `a duration such as 30s, 5m or 250ms (above 0, at most ${formatDuration(LONGEST)})`,
);

/** `512mb`, `2g`, or a number of bytes; at least so much. */
export function sizeFrom(least: Bytes): z.ZodType<Bytes, string | number> {
  return scalar(
    least > 1
      ? `a size such as 512mb or 2gb (at least ${configBytes(least)})`
      : "a size such as 512mb or 2gb (above 0)",
    (value) => {
      const parsed = parseBytes(value);
      return parsed !== undefined && parsed >= least && parsed <= LARGEST ? parsed : undefined;
    },
  );
}

export const tcpPort: z.ZodType<Port, string | number> = scalar("a port, 1 to 65535", parsePort);

// Without the flag `u`, so that these mean the same in the JSON Schema whoever reads it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const NO_CONTROL = /^[^\x00-\x1f\x7f]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const SOME_NO_CONTROL = /^(?=.*\S)[^\x00-\x1f\x7f]+$/;

/** Text that fits on one line of a configuration file, and may be empty. */
export const possiblyEmptyLine: z.ZodString = z.string().regex(NO_CONTROL);

/** Text that fits on one line of a configuration file. */
export const line: z.ZodType<string, string> = withTraits(z.string().regex(SOME_NO_CONTROL), {
  expects: "text on one line",
});

/** A path of the file system, absolute or relative to the project's directory. */
export const filePath: z.ZodType<string, string> = withTraits(z.string().regex(SOME_NO_CONTROL), { expects: "a path" });

const word = withTraits(z.string().regex(/^[^\0]*$/), { expects: "text" });

export const command: z.ZodType<Command, string | readonly string[]> = withTraits(
  z.union([
    withTraits(
      z
        .string()
        .trim()
        .regex(/^[^\0]+$/),
      { expects: "a command such as node server.js" },
    ),
    withTraits(z.array(word).min(1).readonly(), { expects: "a list of its words" }),
  ]),
  { text: "command" },
);

/** Names of variables and their values; numbers and booleans become text. */
export const environment: z.ZodType<
  Readonly<Record<string, string>>,
  Readonly<Record<string, string | number | boolean>>
> = withTraits(
  z
    .record(
      withTraits(z.string().regex(/^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/), {
        expects: "letters, digits and _, and not start with a digit",
      }),
      withTraits(
        z
          .union([z.string().regex(/^[^\0]*$/), z.number(), z.boolean()])
          .transform(String)
          .readonly(),
        { expects: 'text, a number or a boolean ("" for an empty one)', verbatim: true, secret: true },
      ),
    )
    .readonly(),
  { expects: "a map of variables, such as LOG_LEVEL: info", text: "template" },
);

/** A number of processes, or the bounds between which it moves. */
export interface Instances {
  readonly min: number;
  readonly max: number;
}

/** Members of one group that a file may ask for. */
export const MOST_MEMBERS = 1_000;

const count = z.number().int().min(1).max(MOST_MEMBERS);
const max = count.describe("The number never to go above.");

export const instances: z.ZodType<Instances, number | { min: number; max: number }> = z.union([
  count.transform((value) => ({ min: value, max: value })),
  z
    .strictObject({ min: count.describe("The number to start with, and never to go below."), max })
    .meta({ id: "Bounds" }),
]);

/** The same where there may be none of them: whoever has nothing to do need not run. */
export const instancesOrNone: z.ZodType<Instances, number | { min: number; max: number }> = z.union([
  count.transform((value) => ({ min: value, max: value })),
  z
    .strictObject({
      min: z
        .number()
        .int()
        .min(0)
        .max(1000)
        .describe("The number to start with, and never to go below; 0: none while there is nothing to do."),
      max,
    })
    .meta({ id: "WorkerBounds" }),
]);
