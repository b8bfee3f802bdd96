import { setImmediate as nextTurn } from "node:timers/promises";
import { type GeneratorHealth, HealthWatch } from "./health.ts";

/** Timers are no finer than this: what is due within the next tick is sent in this one. */
const TICK = 1;
/** Who is late sends so many at a time: answers that came meanwhile free connections for those that follow. */
const BURST = 64;
const LONGEST_SLEEP = 60_000;

export interface ScheduleOptions {
  /** When each arrival is due: milliseconds from the start, ascending. */
  readonly arrivals: Iterable<number>;
  /** Does what the arrival is about. Must not reject. */
  readonly act: (arrival: Arrival) => Promise<void>;
  /** The most that may be in flight, 20,000 by default; who comes then waits, and the wait counts. */
  readonly mostInFlight?: number | undefined;
  /** Aborted: nothing more is sent, and what is in flight is waited for. */
  readonly signal: AbortSignal;
}

/** One arrival as it is sent. Milliseconds since the run began. */
export interface Arrival {
  readonly index: number;
  readonly intendedAt: number;
  readonly sentAt: number;
}

export interface ScheduleEnd {
  readonly sent: number;
  /** Whether every arrival was sent. */
  readonly isComplete: boolean;
  readonly health: GeneratorHealth;
}

/** A clock that begins with a run. `startedAt` is its zero in milliseconds since 1970. */
export class RunClock {
  readonly startedAt: number = Date.now();
  readonly #zero: number = performance.now();

  now(): number {
    return performance.now() - this.#zero;
  }
}

/**
 * Lets arrivals happen when they are due, whatever became of those before: the server cannot slow them down. Ends when
 * the last one is done.
 */
export async function runSchedule(
  { arrivals, act, mostInFlight = 20_000, signal }: ScheduleOptions,
  clock: RunClock,
): Promise<ScheduleEnd> {
  const health = new HealthWatch();
  const due = arrivals[Symbol.iterator]();
  let next = due.next();
  let sent = 0;
  let inFlight = 0;
  let wake: (() => void) | null = null;
  const onDone = (): void => {
    inFlight -= 1;
    if (inFlight === mostInFlight - 1 || inFlight === 0) wake?.();
  };
  const sleep = (milliseconds: number | null): Promise<void> =>
    new Promise((resolve) => {
      const timer = milliseconds === null ? undefined : setTimeout(() => wake?.(), milliseconds);
      wake = () => {
        clearTimeout(timer);
        wake = null;
        resolve();
      };
    });
  const onAbort = (): void => wake?.();
  signal.addEventListener("abort", onAbort);
  while (next.done !== true && !signal.aborted) {
    const now = clock.now();
    const burst = sent + BURST;
    while (next.done !== true && next.value <= now + TICK && inFlight < mostInFlight && sent < burst) {
      const sentAt = clock.now();
      const intendedAt = next.value;
      health.sent(sentAt - intendedAt);
      inFlight += 1;
      void act({ index: sent, intendedAt, sentAt }).then(onDone);
      sent += 1;
      next = due.next();
    }
    if (next.done === true) break;
    if (sent === burst) {
      await nextTurn();
      continue;
    }
    const isFull = inFlight >= mostInFlight;
    if (isFull) health.held += 1;
    const wait = Math.min(LONGEST_SLEEP, next.value - clock.now() - TICK / 2);
    if (isFull) await sleep(null);
    else await sleep(Math.max(TICK, wait));
  }
  const ended = health.finish();
  while (inFlight > 0) await sleep(null);
  signal.removeEventListener("abort", onAbort);
  return { sent, isComplete: next.done === true, health: ended };
}
