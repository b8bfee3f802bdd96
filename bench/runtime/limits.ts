import { openLimits } from "../../packages/runtime/src/limits/index.ts";
import { RedisServer } from "../../packages/runtime/src/testing/redis-server.ts";
import { testContext } from "../../packages/runtime/src/testing/test-context.ts";
import { peer } from "./peers.ts";
import { atMost, inTurns, measured, microsecondsEach, processorEach, type Row } from "./row.ts";

interface Limiter {
  consume(key: string): Promise<unknown>;
}
interface LimiterModule {
  RateLimiterRedis: new (options: object) => Limiter;
  RateLimiterMemory: new (options: object) => Limiter;
}
interface IoRedis {
  quit(): Promise<unknown>;
}

const MANY = 1_000_000_000;

export const row: Row = {
  name: "Limits: a decision; processor time where nothing is waited for",
  async measure(runs) {
    await using redis = await RedisServer.start();
    await using context = testContext(redis.env);
    const limits = openLimits(context);
    const options = { limit: 1_000_000, per: 1_000 };
    const exact = limits.rate("exact", options);
    const leased = limits.rate("leased", { ...options, lease: 1_000 });
    const tight = limits.rate("tight", { limit: 1, per: 3_600_000 });
    const { Redis } = await peer<{ Redis: new (url: string) => IoRedis }>("ioredis");
    const { RateLimiterRedis, RateLimiterMemory } = await peer<LimiterModule>("rate-limiter-flexible");
    const storeClient = new Redis(redis.url);
    const remote = new RateLimiterRedis({ storeClient, points: MANY, duration: 3_600 });
    const memory = new RateLimiterMemory({ points: MANY, duration: 3_600 });
    try {
      await microsecondsEach(20_000, () => leased.take("hot"));
      for (const limiter of [remote, memory]) await microsecondsEach(1_000, () => limiter.consume("hot"));
      await microsecondsEach(1_000, () => exact.take("hot"));
      await microsecondsEach(10, () => tight.take("refused"));
      const times = await inTurns(runs, {
        leased: () => processorEach(100_000, () => leased.take("hot")),
        refused: () => processorEach(100_000, () => tight.take("refused")),
        exact: () => microsecondsEach(5_000, () => exact.take("hot")),
        remote: () => microsecondsEach(5_000, () => remote.consume("hot")),
        exactProcessor: () => processorEach(5_000, () => exact.take("hot")),
        remoteProcessor: () => processorEach(5_000, () => remote.consume("hot")),
        memory: () => processorEach(50_000, () => memory.consume("hot")),
      });
      await redis.command("CONFIG", "RESETSTAT");
      for (let at = 0; at < 10_000; at += 1) await leased.take("hot");
      const { evalsha = 0 } = await redis.commandCounts();
      return [
        measured("leased, one key in demand", times.leased, "µs", {
          goal: atMost(1, "µs"),
          note: `${evalsha} round trips for 10,000 decisions`,
        }),
        measured("refused, known here", times.refused, "µs"),
        measured("exact, one round trip: on the wall", times.exact, "µs"),
        measured("rate-limiter-flexible, Redis: on the wall", times.remote, "µs"),
        measured("exact: processor time", times.exactProcessor, "µs"),
        measured("rate-limiter-flexible, Redis: processor time", times.remoteProcessor, "µs"),
        measured("rate-limiter-flexible, memory: this process alone", times.memory, "µs"),
      ];
    } finally {
      await storeClient.quit();
    }
  },
};
