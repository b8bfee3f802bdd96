import assert from "node:assert/strict";

/**
 * Asks until there is an answer that is neither false nor undefined, and gives it. What is thrown meanwhile counts as no
 * answer and is told when the time (20 s) is up.
 */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  withinMs = 20_000,
): Promise<Exclude<T, false | undefined | null>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (answer !== false && answer !== undefined && answer !== null)
        return answer as Exclude<T, false | undefined | null>;
      last = answer;
    } catch (error) {
      last = error;
    }
    assert.ok(
      Date.now() < deadline,
      `${what}: not within ${withinMs / 1000} s${last instanceof Error ? `: ${last.message}` : ""}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
