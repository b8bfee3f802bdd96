import { setTimeout as sleep } from "node:timers/promises";

/** Looks again and again until there is an answer other than `undefined` or false. Throws after so many milliseconds. */
export async function eventually<T>(what: string, within: number, look: () => Promise<T> | T): Promise<NonNullable<T>> {
  const end = performance.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== null && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) throw new Error(`not within ${within} ms: ${what}`, { cause: last });
    await sleep(20);
  }
}
