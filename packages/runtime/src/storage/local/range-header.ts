import type { ByteRange } from "../storage.ts";

/**
 * The one range of a `Range` header, for a file of this size. `undefined`: the whole file, also where the header asks for
 * several ranges or is not understood, which a server may ignore. `null`: there are no such bytes (416).
 */
export function parseRange(header: string | undefined, size: number): ByteRange | null | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  if (first === "") return Number(last) === 0 || size === 0 ? null : { start: Math.max(0, size - Number(last)) };
  if (last !== "" && Number(last) < Number(first)) return undefined;
  if (Number(first) >= size) return null;
  return last === "" ? { start: Number(first) } : { start: Number(first), end: Math.min(Number(last) + 1, size) };
}
