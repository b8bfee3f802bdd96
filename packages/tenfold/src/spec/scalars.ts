import { z } from "zod";
import { type Bytes, parseBytes } from "../units/bytes.ts";
import { type Millis, parseDuration } from "../units/millis.ts";
import { type Port, parsePort } from "../units/port.ts";

/** A command: text for the shell, or a list of words that no shell sees. */
export type Command = string | readonly string[];

function scalar<T>(
  what: string,
  example: string,
  parse: (value: unknown) => T | undefined,
): z.ZodType<T, string | number> {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: `is no ${what}; write for example ${example}`, input: value });
    return z.NEVER;
  });
}

/** `30s`, `5m`, `250ms`, or a number of seconds. */
export const duration: z.ZodType<Millis, string | number> = scalar("length of time", "30s, 5m or 250ms", parseDuration);

/** `512mb`, `2g`, or a number of bytes. */
export const size: z.ZodType<Bytes, string | number> = scalar("size", "512mb or 2g", parseBytes);

export const tcpPort: z.ZodType<Port, string | number> = scalar("port", "8080; ports are 1 to 65535", parsePort);

export const command: z.ZodType<Command, string | readonly string[]> = z.union([
  z.string().trim().min(1),
  z.array(z.string()).min(1).readonly(),
]);

/** Names of variables and their values; numbers and booleans become text. */
export const environment: z.ZodType<
  Readonly<Record<string, string>>,
  Readonly<Record<string, string | number | boolean>>
> = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
    z.union([z.string(), z.number(), z.boolean()]).transform(String),
  )
  .readonly();

/** A number of processes, or the bounds between which it moves. */
export interface Instances {
  readonly min: number;
  readonly max: number;
}

const count = z.number().int().min(1).max(1000);

export const instances: z.ZodType<Instances, number | { min: number; max: number }> = z.union([
  count.transform((value) => ({ min: value, max: value })),
  z.strictObject({
    min: count.describe("The number to start with, and never to go below."),
    max: count.describe("The number never to go above."),
  }),
]);
