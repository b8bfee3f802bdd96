import { hash } from "node:crypto";
import { Fault } from "../fault/index.ts";

/** Longer keys are hashed. */
const LONGEST = 180;
const DEEPEST = 16;

/**
 * The key of a call: the same for arguments of the same content, whatever the order of their properties, and another for
 * any other content or type. Throws `TF_RT_CACHE_KEY` for what has no content of its own: functions, class instances,
 * cycles.
 */
export function keyOf(prefix: string, args: readonly unknown[]): string {
  const only = args.length === 1 ? args[0] : undefined;
  // The usual cases, cheaply: no form below begins with these.
  if (typeof only === "string" && only.length < LONGEST) return `${prefix}"${only}`;
  if (typeof only === "number") return `${prefix}${only}`;
  const text = write(args, DEEPEST);
  return text.length < LONGEST ? prefix + text : `${prefix}#${hash("sha256", text, "base64url")}`;
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
    case "boolean":
    case "undefined":
      return String(value);
    case "bigint":
      return `${value}n`;
    case "object":
      if (value === null) return "null";
      if (depth === 0) throw refusal("is nested too deeply, or contains itself");
      if (Array.isArray(value)) return `[${value.map((item) => write(item, depth - 1)).join()}]`;
      if (value instanceof Date) return `date(${value.getTime()})`;
      if (value instanceof Uint8Array) return `bytes(${Buffer.from(value).toString("base64url")})`;
      return writeRecord(value, depth);
    default:
      throw refusal(`is a ${typeof value}`);
  }
}

function writeRecord(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refusal(`is a ${value.constructor.name}`);
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${write(item, depth - 1)}`).join()}}`;
}

function refusal(problem: string): Fault {
  return new Fault("TF_RT_CACHE_KEY", `an argument of a cached function ${problem}`, {
    hint: "pass what identifies it, or name the key by the option `key`",
  });
}
