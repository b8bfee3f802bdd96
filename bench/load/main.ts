// npm run bench load: tenfold load beside autocannon and wrk, on the same server in the same minutes.
import { type Generator, generators, type Order, type Outcome, run } from "./generators.ts";
import { startNginx, startStalling } from "./server.ts";

const ROUNDS = 3;
const SECONDS = 5;
const CONNECTIONS = 50;
const RATE = 3_000;
const STALL_RATE = 200;

type Figure = keyof Outcome;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Each generator once a round, one after the other, so that what else the machine does meets all of them. */
async function measure(order: Order, rounds: number): Promise<Map<string, Outcome[]>> {
  const found = new Map<string, Outcome[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const generator of generators()) {
      const outcome = await run(generator, order);
      if (outcome !== null) found.set(generator.name, [...(found.get(generator.name) ?? []), outcome]);
    }
  }
  return found;
}

function middle(outcomes: readonly Outcome[], figure: Figure): number {
  return median(outcomes.map((outcome) => outcome[figure]));
}

/** Figures by generator, each also as a ratio to the first one's. */
function print(
  title: string,
  found: ReadonlyMap<string, readonly Outcome[]>,
  figures: Readonly<Partial<Record<Figure, string>>>,
): void {
  console.log(`\n${title}`);
  const [first] = found.values();
  for (const [name, outcomes] of found) {
    const cells = Object.entries(figures).map(([key, unit]) => {
      const value = middle(outcomes, key as Figure);
      const ratio = value / middle(first ?? outcomes, key as Figure);
      const spread = outcomes.map((outcome) => outcome[key as Figure]);
      const range =
        spread.length < 2 ? "" : ` [${Math.min(...spread).toFixed(1)} to ${Math.max(...spread).toFixed(1)}]`;
      return `${key} ${value.toFixed(1)} ${unit} (${ratio.toFixed(2)}x)${range}`;
    });
    console.log(`  ${name.padEnd(13)} ${cells.join("   ")}`);
  }
}

function missing(all: readonly Generator[]): void {
  if (all.every(({ name }) => name !== "wrk")) console.log("wrk is not installed, and left out: apt-get install wrk");
}

missing(generators());
{
  await using server = await startNginx();
  const order = { url: server.url, seconds: SECONDS, connections: CONNECTIONS };
  const ceiling = await measure({ ...order, rate: null }, ROUNDS);
  print(`As fast as it can on one core, ${CONNECTIONS} connections, nginx with one worker`, ceiling, {
    perSecond: "/s",
    cpuPerRequest: "us of CPU a request",
  });
  const steady = await measure({ ...order, rate: RATE }, ROUNDS);
  print(`${RATE}/s`, steady, { perSecond: "/s", cpuPerRequest: "us of CPU a request", p50: "ms", p99: "ms" });
}
{
  // Of visitors who come at a steady rate, 20 % come while it stalls, and wait for half a second on average.
  await using server = await startStalling();
  const stall = await measure({ url: server.url, seconds: 10, connections: 10, rate: STALL_RATE }, 1);
  print(`A server that answers nobody in one second of five, ${STALL_RATE}/s: visitors see a p95 of 750 ms`, stall, {
    perSecond: "/s",
    p50: "ms",
    p95: "ms",
    p99: "ms",
  });
}
