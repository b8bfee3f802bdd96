import { setImmediate as nextTurn } from "node:timers/promises";
import type { Visited } from "../visit/visit.ts";
import { type GeneratorHealth, HealthWatch } from "./health.ts";
import type { Arrival, RunClock } from "./schedule.ts";
import { sleep } from "./sleep.ts";

const SHORTEST_PAUSE = 100;

export interface ClosedLoopOptions<V> {
  readonly visitors: readonly V[];
  /** Milliseconds after which no visit is begun any more. */
  readonly duration: number;
  /** One visit. Must not reject. */
  readonly visit: (visitor: V, arrival: Arrival) => Promise<Visited>;
  readonly signal: AbortSignal;
}

export interface ClosedLoopEnd {
  readonly visits: number;
  readonly isComplete: boolean;
  readonly health: GeneratorHealth;
}

/**
 * A fixed number of visitors, each of whom comes again when its visit is over. They ask less of a server that is slow:
 * a stall counts once a visitor and not once for each visit that did not happen meanwhile, so use it for the question
 * "what do so many users see", not for "what does so much traffic do".
 */
export async function runClosedLoop<V>(
  { visitors, duration, visit, signal }: ClosedLoopOptions<V>,
  clock: RunClock,
): Promise<ClosedLoopEnd> {
  const health = new HealthWatch();
  let visits = 0;
  const come = async (visitor: V): Promise<void> => {
    while (!signal.aborted && clock.now() < duration) {
      const now = clock.now();
      const index = visits;
      visits += 1;
      const visited = await visit(visitor, { index, intendedAt: now, sentAt: now });
      // Visits without a request would keep everybody else from their turn.
      if (visited === "nothing") await nextTurn();
      // Who is refused at once does not ask again at once, for nobody would.
      if (visited === "failed") await sleep(SHORTEST_PAUSE, signal);
    }
  };
  await Promise.all(visitors.map(come));
  return { visits, isComplete: !signal.aborted, health: health.finish() };
}
