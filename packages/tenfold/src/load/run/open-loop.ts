import type { Answer, LoadRecord } from "../record.ts";
import { type Arrival, RunClock, runSchedule, type ScheduleEnd } from "./schedule.ts";

export interface OpenLoopOptions {
  /** When each request is due: milliseconds from the start, ascending. `arrivalTimes` makes them. */
  readonly arrivals: Iterable<number>;
  /** Sends one request. Must not reject; `openSender` makes one. */
  readonly send: (arrival: Arrival) => Promise<Answer>;
  /** Aborted: nothing more is sent, and what is in flight is waited for. */
  readonly signal: AbortSignal;
  /** Called once for each request that was sent, in the order in which they end. */
  readonly onRecord: (record: LoadRecord) => void;
  readonly mostInFlight?: number;
}

export interface OpenLoopEnd extends ScheduleEnd {
  /** The zero of all times of the records, in milliseconds since 1970. */
  readonly startedAt: number;
  /** When the last request had ended, in milliseconds since the start. */
  readonly endedAt: number;
}

/**
 * Sends requests at their own times, whether or not those before have been answered, and measures each from the time at
 * which it was intended: a server that stalls cannot hide it by slowing down who asks.
 */
export async function runOpenLoop({
  arrivals,
  send,
  signal,
  onRecord,
  mostInFlight,
}: OpenLoopOptions): Promise<OpenLoopEnd> {
  const clock = new RunClock();
  const act = async (arrival: Arrival): Promise<void> => {
    const answer = await send(arrival);
    onRecord({ ...answer, ...arrival, step: null, endedAt: clock.now() });
  };
  const end = await runSchedule({ arrivals, act, mostInFlight, signal }, clock);
  return { ...end, startedAt: clock.startedAt, endedAt: clock.now() };
}
