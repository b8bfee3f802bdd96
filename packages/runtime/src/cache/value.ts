import { Fault } from "../fault/index.ts";

/** What every caller is given, also the one for whom it was made: the same on every instance. */
export function decode(text: string): unknown {
  return text === "" ? undefined : freeze(JSON.parse(text) as unknown);
}

/** Text for the shared tier; `undefined` is none. Throws `TF_RT_CACHE_VALUE`. */
export function encode(value: unknown): string {
  if (value === undefined) return "";
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  throw new Fault("TF_RT_CACHE_VALUE", `a ${typeof value} cannot be cached: it has no JSON`, { cause });
}

/** Makes a plain value unchangeable, with all that it holds: one value is given to every caller. */
function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
  return value;
}
