import { fork } from "node:child_process";
import { once } from "node:events";
import { openCache } from "../../packages/runtime/src/cache/index.ts";
import { RedisServer } from "../../packages/runtime/src/testing/redis-server.ts";
import { testContext } from "../../packages/runtime/src/testing/test-context.ts";
import { atMost, measured, median, percentile, type Row } from "./row.ts";

const INSTANCES = 10;
const WRITES = 300;
/** Between writes, so that one is not told together with the next. */
const PAUSE = 3;

/** When each write was told, by its number: microseconds of the machine's monotonic clock. */
type Told = Readonly<Record<string, number>>;

const now = () => Number(process.hrtime.bigint()) / 1_000;

async function start(url: string) {
  const child = fork(new URL("./invalidation-instance.ts", import.meta.url), {
    env: { ...process.env, REDIS_URL: url },
    execArgv: ["--conditions=source"],
  });
  await once(child, "message");
  return child;
}

interface Run {
  /** From the answer to the write, as the writer sees it; some are told before. */
  readonly delays: readonly number[];
  /** From its sending. */
  readonly whole: readonly number[];
  readonly lasts: readonly number[];
}

async function run(redis: RedisServer): Promise<Run> {
  const children = await Promise.all(Array.from({ length: INSTANCES }, () => start(redis.url)));
  await using context = testContext(redis.env);
  const cache = openCache(context);
  const sent: number[] = [];
  const written: number[] = [];
  try {
    await cache.get("warm");
    for (let at = 0; at < WRITES; at += 1) {
      sent.push(now());
      await cache.set(`k${at}`, at, { ttl: 60_000 });
      written.push(now());
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    const answers = children.map(async (child): Promise<Told> => {
      const answered = once(child, "message");
      child.send("report");
      return (await answered)[0] as Told;
    });
    const told = await Promise.all(answers);
    // The first ones find code that was never run.
    const numbers = [...written.keys()].filter((at) => at >= WRITES / 10);
    const since = (moments: readonly number[], at: number) =>
      told.map((one) => Math.max(0, (one[`k${at}`] ?? Number.NaN) - (moments[at] ?? 0)));
    const delays = numbers.map((at) => since(written, at));
    return {
      delays: delays.flat(),
      whole: numbers.flatMap((at) => since(sent, at)),
      lasts: delays.map((all) => Math.max(...all)),
    };
  } finally {
    await cache.close();
    await Promise.all(
      children.map(async (child) => {
        child.kill();
        await once(child, "exit");
      }),
    );
  }
}

export const row: Row = {
  name: `Invalidation: from the answer to a write until ${INSTANCES} other processes are told`,
  async measure(runs) {
    await using redis = await RedisServer.start();
    const all: Run[] = [];
    for (let at = 0; at < runs; at += 1) all.push(await run(redis));
    const milliseconds = (of: (run: Run) => number) => all.map((one) => of(one) / 1_000);
    return [
      measured(
        "p50 of all",
        milliseconds(({ delays }) => median(delays)),
        "ms",
        { goal: atMost(0.1, "ms") },
      ),
      measured(
        "p50 of all, from the sending of the write",
        milliseconds(({ whole }) => median(whole)),
        "ms",
      ),
      measured(
        "p99 of all",
        milliseconds(({ delays }) => percentile(delays, 0.99)),
        "ms",
      ),
      measured(
        "p50 of the last to be told",
        milliseconds(({ lasts }) => median(lasts)),
        "ms",
      ),
    ];
  },
};
