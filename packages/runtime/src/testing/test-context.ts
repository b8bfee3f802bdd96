import { type Clock, type Context, type ContextOptions, openContext } from "../context/index.ts";

/** A clock that is moved by hand, from now on. */
export class TestClock implements Clock {
  #now = Date.now();

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** A context over these variables alone, which says nothing and ends with the test. */
export function testContext(
  env: Readonly<Record<string, string>>,
  options: Omit<ContextOptions, "env"> = {},
): Context & AsyncDisposable {
  const context = openContext({ warn: () => {}, ...options, env });
  return { ...context, [Symbol.asyncDispose]: () => context.close() };
}
