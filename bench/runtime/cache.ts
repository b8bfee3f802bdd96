import { openCache } from "../../packages/runtime/src/cache/index.ts";
import { RedisServer } from "../../packages/runtime/src/testing/redis-server.ts";
import { testContext } from "../../packages/runtime/src/testing/test-context.ts";
import { peer } from "./peers.ts";
import { atMost, inTurns, measured, microsecondsEach, processorEach, type Row } from "./row.ts";

interface Bento {
  getOrSet(options: { key: string; ttl: string; tags?: string[]; factory: () => Promise<unknown> }): Promise<unknown>;
  disconnectAll(): Promise<void>;
}
interface BentoStore {
  useL1Layer(driver: unknown): BentoStore;
  useL2Layer(driver: unknown): BentoStore;
  useBus(driver: unknown): BentoStore;
}
interface BentoModule {
  BentoCache: new (options: object) => Bento;
  bentostore(): BentoStore;
}

const VALUE = { id: 1, name: "topic", words: Array.from({ length: 20 }, (_, at) => `word-${at}`) };
const HITS = 200_000;

async function openBento(url: string): Promise<Bento> {
  const { BentoCache, bentostore } = await peer<BentoModule>("bentocache");
  const { memoryDriver } = await peer<{ memoryDriver(options: object): unknown }>("bentocache/drivers/memory");
  const { redisDriver, redisBusDriver } =
    await peer<Record<"redisDriver" | "redisBusDriver", (options: object) => unknown>>("bentocache/drivers/redis");
  const { hostname: host, port, password } = new URL(url);
  const connection = { host, port: Number(port), password };
  const tiers = bentostore().useL1Layer(memoryDriver({})).useL2Layer(redisDriver({ connection }));
  const store = tiers.useBus(redisBusDriver({ connection }));
  return new BentoCache({ default: "two", stores: { two: store } });
}

async function commands(redis: RedisServer): Promise<number> {
  const counts = await redis.commandCounts();
  return Object.entries(counts).reduce(
    (sum, [name, count]) => sum + (/^(info|hello|client|ping|auth|config)/.test(name) ? 0 : count),
    0,
  );
}

/** Commands of Redis that a hit costs. */
async function commandsEach(redis: RedisServer, calls: number, call: () => Promise<unknown>): Promise<number> {
  const before = await commands(redis);
  for (let at = 0; at < calls; at += 1) await call();
  return ((await commands(redis)) - before) / calls;
}

export const row: Row = {
  name: "Cache: a hit in this process, over a Redis of its own; processor time",
  async measure(runs) {
    await using redis = await RedisServer.start();
    await using context = testContext(redis.env);
    const cache = openCache(context);
    const make = async (_id: string) => VALUE;
    const plain = cache.wrap(make, { name: "plain", ttl: 3_600_000 });
    const tagged = cache.wrap(make, { name: "tagged", ttl: 3_600_000, tags: ["topics", "all"], version: 3 });
    const bento = await openBento(redis.url);
    const factory = async () => VALUE;
    const bentoPlain = () => bento.getOrSet({ key: "plain", ttl: "1h", factory });
    const bentoTagged = () => bento.getOrSet({ key: "tagged", ttl: "1h", tags: ["topics", "all"], factory });
    try {
      // Made, told of, read once more: from then on it is kept.
      for (let round = 0; round < 5; round += 1) {
        for (const call of [() => plain("a"), () => tagged("a"), bentoPlain, bentoTagged]) await call();
        await context.redis("cache").send(["PING"]);
      }
      await microsecondsEach(HITS, () => tagged("a"));
      const times = await inTurns(runs, {
        plain: () => processorEach(HITS, () => plain("a")),
        tagged: () => processorEach(HITS, () => tagged("a")),
        bentoPlain: () => processorEach(HITS / 10, bentoPlain),
        bentoTagged: () => processorEach(HITS / 100, bentoTagged),
      });
      const asked = {
        tagged: await commandsEach(redis, 1_000, () => tagged("a")),
        bentoTagged: await commandsEach(redis, 1_000, bentoTagged),
      };
      return [
        measured("hit, two tags and a version", times.tagged, "µs", {
          goal: atMost(0.5, "µs"),
          note: `${asked.tagged} commands a hit`,
        }),
        measured("hit, no tags", times.plain, "µs"),
        measured("BentoCache, two tags", times.bentoTagged, "µs", { note: `${asked.bentoTagged} commands a hit` }),
        measured("BentoCache, no tags", times.bentoPlain, "µs"),
      ];
    } finally {
      await bento.disconnectAll();
      await cache.close();
    }
  },
};
