import { setTimeout as sleep } from "node:timers/promises";

/**
 * Looks again and again until there is an answer that is neither false nor undefined nor null. Throws after so many
 * milliseconds (20,000), with what was thrown last.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  within = 20_000,
): Promise<Exclude<T, false | undefined | null>> {
  const end = performance.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== null && found !== false)
        return found as Exclude<T, false | undefined | null>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) throw new Error(`not within ${within} ms: ${what}`, { cause: last });
    await sleep(10);
  }
}
