import { type Histogram, observe } from "../../packages/runtime/src/context/index.ts";
import { openMetrics } from "../../packages/runtime/src/metrics/index.ts";
import { testContext } from "../../packages/runtime/src/testing/test-context.ts";
import { peer } from "./peers.ts";
import { atMost, inTurns, measured, type Row } from "./row.ts";

interface PromHistogram {
  observe(labels: object, value: number): void;
}
interface PromClient {
  Registry: new () => { metrics(): Promise<string> };
  Histogram: new (options: object) => PromHistogram;
}

const SERIES = 700;
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Milliseconds for which a scrape keeps everything else waiting at a time: the longest of its turns. */
async function longestTurn(scrape: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let going = true;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (going) setImmediate(turn);
  };
  setImmediate(turn);
  await scrape();
  going = false;
  turn();
  return longest;
}

export const row: Row = {
  name: `Metrics: a scrape of ${SERIES} series of histograms, all of which have changed`,
  async measure(runs) {
    await using context = testContext({});
    const metrics = openMetrics(context);
    const { Registry, Histogram: PromHistogram } = await peer<PromClient>("prom-client");
    const registry = new Registry();
    const options = { name: "h", help: "H.", labelNames: ["route"], buckets: BOUNDS, registers: [registry] };
    const theirs = new PromHistogram(options);
    const ours: Histogram[] = Array.from({ length: SERIES }, (_, at) =>
      context.meters.histogram("h", "H.", BOUNDS, { route: `/route/${at}` }),
    );
    const change = () => {
      for (const [at, one] of ours.entries()) {
        observe(one, Math.random() * 12);
        theirs.observe({ route: `/route/${at}` }, Math.random() * 12);
      }
    };
    const scrape = async () => {
      let length = 0;
      for await (const piece of metrics.expose()) length += piece.length;
      return length;
    };
    const whole = async (run: () => Promise<unknown>) => {
      const started = performance.now();
      await run();
      return performance.now() - started;
    };
    for (let round = 0; round < 5; round += 1) {
      change();
      await scrape();
      await registry.metrics();
    }
    const changed = (run: () => Promise<number>) => async () => {
      change();
      return await run();
    };
    const times = await inTurns(runs, {
      ours: changed(() => longestTurn(scrape)),
      theirs: changed(() => longestTurn(() => registry.metrics())),
      oursWhole: changed(() => whole(scrape)),
      theirsWhole: changed(() => whole(() => registry.metrics())),
    });
    await metrics.close();
    return [
      measured("the event loop at a time", times.ours, "ms", { goal: atMost(5, "ms") }),
      measured("in all", times.oursWhole, "ms", { note: `${Math.round((await scrape()) / 1_000)} kB` }),
      measured("prom-client, the event loop at a time", times.theirs, "ms"),
      measured("prom-client, in all", times.theirsWhole, "ms"),
    ];
  },
};
