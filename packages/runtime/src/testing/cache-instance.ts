import { type Cache, type Cached, openCache } from "../cache/index.ts";
import type { Context } from "../context/index.ts";
import { TestClock, testContext } from "./test-context.ts";

export interface CacheInstance extends AsyncDisposable {
  readonly cache: Cache;
  readonly clock: TestClock;
  readonly context: Context;
}

/** A cache of its own over a server, or over none, with a clock that is moved by hand. */
export function cacheInstance(env: Readonly<Record<string, string>>, options: object = {}): CacheInstance {
  const clock = new TestClock();
  // A loaded machine is not what is tested here.
  const patient = { redis: { deadline: 20_000, patience: 20_000 } };
  const context = testContext(env, { clock, ...patient });
  const cache = openCache(context, { deadline: 20_000, ...options });
  const close = async () => {
    await cache.close();
    await context.close();
  };
  return { cache, clock, context, [Symbol.asyncDispose]: close };
}

export interface Counted {
  readonly state: { runs: number; value: unknown };
  readonly get: Cached<[string], unknown>;
}

/** A cached function that counts its runs. */
export function counted(cache: Cache, name: string, options: object = {}): Counted {
  const state = { runs: 0, value: "v" as unknown };
  const get = cache.wrap(
    async (_id: string) => {
      state.runs += 1;
      return state.value;
    },
    { name, ttl: 60_000, ...options },
  );
  return { state, get };
}
