import type { Profile } from "../arrivals/profile.ts";
import { seededRandom } from "../arrivals/random.ts";
import { arrivalTimes, type Spacing } from "../arrivals/times.ts";
import { HttpSender } from "../http/sender.ts";
import type { LoadRecord } from "../record.ts";
import type { Journey } from "../scenario/scenario.ts";
import { type Visited, Visits } from "../visit/visit.ts";
import { Visitor } from "../visit/visitor.ts";
import { takeSocketStep } from "../websocket/step.ts";
import { runClosedLoop } from "./closed-loop.ts";
import type { GeneratorHealth } from "./health.ts";
import { type LoadPlan, secondsOf } from "./plan.ts";
import { type RunData, RunRecords } from "./result.ts";
import { type Arrival, RunClock, runSchedule } from "./schedule.ts";
import { LiveCounts, type Snapshot } from "./snapshot.ts";

const LOOK = 500;
/** Seconds: a plot of a shorter run would have few points. */
const SHORT = 20;

export interface RunOptions {
  /** Aborted: nobody comes any more, and what is in flight is waited for. */
  readonly signal: AbortSignal;
  /** Aborted: what is in flight is given up. */
  readonly hurry: AbortSignal;
  readonly onSnapshot: (snapshot: Snapshot) => void;
}

/** Every `of`-th of the arrivals, so that shares together are the whole. */
function* shareOf(arrivals: Iterable<number>, { index, of }: LoadPlan["share"]): Generator<number, void, void> {
  let at = 0;
  for (const arrival of arrivals) {
    if (at % of === index) yield arrival;
    at += 1;
  }
}

/** A journey by its weight, for a number from 0 up to 1. */
export function pickJourney(journeys: readonly Journey[], at: number): Journey {
  let left = at * journeys.reduce((total, { weight }) => total + weight, 0);
  for (const journey of journeys) {
    left -= journey.weight;
    if (left < 0) return journey;
  }
  const last = journeys.at(-1);
  if (last === undefined) throw new RangeError("there are no journeys");
  return last;
}

/** What an open and a closed loop need alike. */
interface Running {
  readonly plan: LoadPlan;
  readonly clock: RunClock;
  readonly signal: AbortSignal;
  readonly take: (visitor: Visitor, arrival: Arrival) => Promise<Visited>;
}

/** How the visits of a run were sent. */
interface Sent {
  readonly visits: number;
  readonly isComplete: boolean;
  readonly health: GeneratorHealth;
}

/** The visitor at a place among those of this share; they are numbered over all shares. */
function visitorAt(at: number, { share, environment }: LoadPlan): Visitor {
  return new Visitor(at * share.of + share.index + 1, environment);
}

async function sendOpen({ plan, clock, signal, take }: Running, profile: Profile, spacing: Spacing): Promise<Sent> {
  // All shares draw the same arrivals, so that they are parts of one schedule.
  const times = arrivalTimes(profile, spacing, seededRandom(plan.seed));
  const act = async (arrival: Arrival): Promise<void> => {
    await take(visitorAt(arrival.index, plan), arrival);
  };
  const { sent, ...rest } = await runSchedule({ arrivals: shareOf(times, plan.share), act, signal }, clock);
  return { visits: sent, ...rest };
}

function sendClosed({ plan, clock, signal, take }: Running, visitors: number, seconds: number): Promise<Sent> {
  const { index, of } = plan.share;
  const here = Array.from({ length: Math.ceil((visitors - index) / of) }, (_, at) => visitorAt(at, plan));
  return runClosedLoop({ visitors: here, duration: seconds * 1_000, visit: take, signal }, clock);
}

/** Runs a load, or a share of it, in this thread. Rejects for nothing that the server does. */
export async function runLoad(plan: LoadPlan, { signal, hurry, onSnapshot }: RunOptions): Promise<RunData> {
  const { journeys, arrivals, target } = plan;
  const records = new RunRecords(secondsOf(arrivals) < SHORT ? 250 : 1_000);
  const live = new LiveCounts();
  const onRecord = (record: LoadRecord): void => {
    records.add(record);
    live.add(record);
  };
  const random = seededRandom(plan.seed * 1_000 + plan.share.index);
  using sender = new HttpSender(target, plan.sender);
  hurry.addEventListener("abort", () => sender.close(), { once: true });
  const clock = new RunClock();
  const { isStrict, timeoutMs } = sender.options;
  const sockets = {
    target,
    isStrict,
    timeoutMs,
    clock,
    onRecord,
    onUnasked: (step: string) => records.unasked(step),
    signal,
  };
  const visits = new Visits({
    ...{ sender, clock, random, onRecord, signal },
    onIntended: (step, count) => records.intend(step, count),
    pausesAtEnd: arrivals.kind === "closed",
    socket: (step, visitor, at) => takeSocketStep(step, visitor, at, sockets),
  });
  let inFlight = 0;
  const take = async (visitor: Visitor, arrival: Arrival): Promise<Visited> => {
    inFlight += 1;
    const visited = await visits.take(pickJourney(journeys, random()), visitor, arrival);
    inFlight -= 1;
    return visited;
  };
  const timer = setInterval(() => onSnapshot(live.take(clock.now(), inFlight)), LOOK);
  const running = { plan, clock, signal, take };
  try {
    const sent = await (arrivals.kind === "closed"
      ? sendClosed(running, arrivals.visitors, arrivals.seconds)
      : sendOpen(running, arrivals.profile, arrivals.spacing));
    const end = { startedAt: clock.startedAt, elapsed: clock.now(), abandoned: visits.abandoned };
    return records.toData({ ...end, ...sent, connections: sender.counts });
  } finally {
    clearInterval(timer);
  }
}
