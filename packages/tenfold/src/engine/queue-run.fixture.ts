import assert from "node:assert/strict";
import type { QueueFigures } from "../fleet/figures.ts";
import type { Decision } from "../scale/decision.ts";
import { decideWorkers } from "../scale/workers/decide.ts";
import type { WorkerMemory } from "../scale/workers/memory.ts";
import type { WorkerPolicy, WorkerSample } from "../scale/workers/policy.ts";
import type { QueueLibrary } from "../spec/scaling/queue-source.ts";
import { millis } from "../units/millis.ts";
import { Random } from "../units/random.ts";
import { observation } from "./autoscaler.fixture.ts";
import { workerSample } from "./worker-samples.ts";

const BOOT = 2;
const LOOK = 5;
const STEP = 0.1;

/** A queue, second by second. */
export interface QueueRun {
  readonly library: QueueLibrary;
  readonly policy?: Partial<WorkerPolicy>;
  readonly seconds: number;
  /** Jobs a second that come by chance. */
  readonly rate?: (second: number) => number;
  /** How long a job takes that comes in this second. */
  readonly jobSeconds: (second: number, random: Random) => number;
  /** Jobs that are put in at once. */
  readonly put?: Readonly<Record<number, number>>;
  /** When all that wait are removed. */
  readonly drained?: number;
}

/** What there was at a look. */
export interface Look {
  readonly second: number;
  readonly decision: Decision;
  readonly jobSeconds: number;
  /** The longest wait until now of those that came since the given second. */
  readonly worst: (since: number) => number;
}

const POLICY: WorkerPolicy = {
  bounds: { min: 1, max: 50, schedules: [], connections: null },
  override: null,
  watched: true,
  rules: [],
  limit: millis(30_000),
  slots: 1,
  boot: millis(BOOT * 1000),
  jobSeconds: null,
  idle: millis(300_000),
  finishes: true,
};

/** What the engine sees and decides, look by look, where jobs wait in one queue and are taken in order. */
export function runQueue({
  library,
  policy: given = {},
  seconds,
  rate,
  jobSeconds,
  put = {},
  drained,
}: QueueRun): Look[] {
  const policy = { ...POLICY, ...given };
  const random = new Random(1);
  const looks: Look[] = [];
  const waits: { readonly came: number; readonly waited: number }[] = [];
  let queue: { readonly came: number; readonly seconds: number }[] = [];
  let inHand: { readonly until: number; readonly seconds: number }[] = [];
  let boots: number[] = [];
  let [wanted, arrived] = [1, 0];
  let done = { jobs: 0, seconds: 0 };
  let memory: WorkerMemory | null = null;
  let last: QueueFigures | null = null;
  const come = (count: number, now: number): void => {
    for (let i = 0; i < count; i += 1) queue.push({ came: now, seconds: jobSeconds(Math.floor(now), random) });
    arrived += count;
  };
  for (let step = 1; step <= seconds / STEP; step += 1) {
    const now = step * STEP;
    const second = step % 10 === 0 ? step / 10 : null;
    come(random.poisson((rate?.(now) ?? 0) * STEP) + (second === null ? 0 : (put[second] ?? 0)), now);
    if (second === drained) queue = [];
    boots = boots.filter((ready) => ready > now);
    for (const job of inHand) if (job.until <= now) done = { jobs: done.jobs + 1, seconds: done.seconds + job.seconds };
    inHand = inHand.filter(({ until }) => until > now);
    const ready = wanted - boots.length;
    for (const job of queue.splice(0, ready - inHand.length)) {
      waits.push({ came: job.came, waited: now - job.came });
      inHand.push({ until: now + job.seconds, seconds: job.seconds });
    }
    if (second === null || second % LOOK !== 0) continue;
    const seen: QueueFigures = {
      queued: queue.length,
      inFlight: inHand.length,
      oldest: queue[0] === undefined ? 0 : (now - queue[0].came) * 1000,
      arrived: library === "rq" ? null : arrived,
      later: { jobs: 0, due: null },
      ...(library === "rq" && { done }),
    };
    const at = (moment: number, figures: QueueFigures) => ({
      ...observation(moment * 1000, { requests: 0 }),
      queues: new Map([["jobs", figures]]),
    });
    const sample: WorkerSample | null = workerSample({
      now: at(second, seen),
      before: last === null ? null : at(second - LOOK, last),
      name: "jobs",
      source: { kind: "library", library },
      places: ready,
    });
    last = seen;
    const counts = { wanted, ready, starting: boots.length, busy: Math.min(ready, inHand.length) };
    const outcome = decideWorkers(policy, { sample, counts, deploying: false }, memory, second * 1000);
    memory = outcome.memory;
    for (let more = wanted; more < outcome.decision.target; more += 1) boots.push(now + BOOT);
    wanted = outcome.decision.target;
    const until = waits.length;
    looks.push({
      second,
      decision: outcome.decision,
      jobSeconds: memory.jobSeconds,
      worst: (since) =>
        waits.slice(0, until).reduce((most, { came, waited }) => (came >= since ? Math.max(most, waited) : most), 0),
    });
  }
  assert.ok(looks.length > 0);
  return looks;
}

/** The look at a second. */
export function lookAt(looks: readonly Look[], second: number): Look {
  return looks.find((look) => look.second === second) ?? assert.fail(`no look at ${second}`);
}
