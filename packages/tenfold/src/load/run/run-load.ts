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
/** Seconds: less would be a plot of few points. */
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

/** How the visits of a run were sent. */
interface Sent {
  readonly visits: number;
  readonly isComplete: boolean;
  readonly health: GeneratorHealth;
}

/** Runs a load, or a share of it, in this thread. Rejects for nothing that the server does. */
export async function runLoad(plan: LoadPlan, { signal, hurry, onSnapshot }: RunOptions): Promise<RunData> {
  const { journeys, arrivals, environment, seed, share, target } = plan;
  const records = new RunRecords(secondsOf(arrivals) < SHORT ? 250 : 1_000);
  const live = new LiveCounts();
  const random = seededRandom(seed * 1_000 + share.index);
  using sender = new HttpSender(target, plan.sender);
  hurry.addEventListener("abort", () => sender.close(), { once: true });
  const onRecord = (record: LoadRecord): void => {
    records.add(record);
    live.add(record);
  };
  const isClosed = arrivals.kind === "closed";
  const clock = new RunClock();
  const { isStrict, timeoutMs } = sender.options;
  const visits = new Visits({
    sender,
    clock,
    random,
    onRecord,
    signal,
    pausesAtEnd: isClosed,
    socket: (step, visitor, at) =>
      takeSocketStep(step, visitor, at, { target, isStrict, timeoutMs, clock, onRecord, signal }),
  });
  let inFlight = 0;
  const take = async (visitor: Visitor, arrival: Arrival): Promise<Visited> => {
    inFlight += 1;
    const visited = await visits.take(pickJourney(journeys, random()), visitor, arrival);
    inFlight -= 1;
    return visited;
  };
  const timer = setInterval(() => onSnapshot(live.take(clock.now(), inFlight)), LOOK);
  const open = async (profile: Profile, spacing: Spacing): Promise<Sent> => {
    const times = arrivalTimes(profile, spacing, seededRandom(seed));
    const { sent, ...rest } = await runSchedule(
      {
        arrivals: shareOf(times, share),
        signal,
        act: async (arrival) => {
          const number = arrival.index * share.of + share.index + 1;
          await take(new Visitor(number, environment), arrival);
        },
      },
      clock,
    );
    return { visits: sent, ...rest };
  };
  const closed = (visitors: number, seconds: number): Promise<Sent> => {
    const here = Array.from(
      { length: Math.ceil((visitors - share.index) / share.of) },
      (_, at) => new Visitor(at * share.of + share.index + 1, environment),
    );
    return runClosedLoop(
      {
        visitors: here.length,
        duration: seconds * 1_000,
        signal,
        visit: (at, arrival) => {
          const visitor = here[at];
          if (visitor === undefined) throw new RangeError(`there is no visitor ${at}`);
          return take(visitor, arrival);
        },
      },
      clock,
    );
  };
  try {
    const sent = await (arrivals.kind === "closed"
      ? closed(arrivals.visitors, arrivals.seconds)
      : open(arrivals.profile, arrivals.spacing));
    const end = { startedAt: clock.startedAt, elapsed: clock.now(), abandoned: visits.abandoned };
    return records.toData({ ...end, ...sent, connections: sender.counts });
  } finally {
    clearInterval(timer);
  }
}
