import { nameFrom } from "../spec/name-from.ts";

/** A worker's name from whatever names it: at most 31 letters, digits and dashes. */
export function workerName(text: string): string {
  return nameFrom(text).slice(0, 31).replace(/-+$/, "");
}
