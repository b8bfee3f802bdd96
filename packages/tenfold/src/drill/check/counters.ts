import type { Attempt } from "./ending.ts";

/** One step up of a session's counter; `value` is what the store said it then was, `null` when it said nothing. */
export interface Increment extends Attempt {
  readonly session: number;
  readonly value: number | null;
}

export interface CounterVerdict {
  readonly sessions: number;
  /** Sessions that lack something that was acknowledged to them. */
  readonly lost: readonly number[];
  /** Acknowledged steps that are missing, in all sessions. */
  readonly lostSteps: number;
  /** Sessions that were counted up more often than their clients asked for. */
  readonly doubled: readonly number[];
}

/**
 * Compares each session's counter with what its client was told. A counter that fell back and was counted up again
 * shows in the values that its client saw on the way: each must be above the one before.
 */
export function checkCounters(increments: readonly Increment[], found: ReadonlyMap<number, number>): CounterVerdict {
  const sessions = new Map<number, Increment[]>();
  for (const increment of increments) {
    const list = sessions.get(increment.session);
    if (list === undefined) sessions.set(increment.session, [increment]);
    else list.push(increment);
  }
  const verdict = { sessions: sessions.size, lost: [] as number[], lostSteps: 0, doubled: [] as number[] };
  for (const [session, steps] of sessions) {
    const lost = lostIn(steps, found.get(session) ?? 0);
    verdict.lostSteps += lost;
    if (lost > 0) verdict.lost.push(session);
    const asked = steps.filter(({ ending }) => ending !== "failed").length;
    if ((found.get(session) ?? 0) > asked) verdict.doubled.push(session);
  }
  return verdict;
}

/** How far the counter fell back, at each answer and in the end. */
function lostIn(steps: readonly Increment[], final: number): number {
  let lost = 0;
  let before = 0;
  for (const { value } of steps) {
    if (value === null) continue;
    lost += Math.max(0, before + 1 - value);
    before = value;
  }
  return lost + Math.max(0, before - final);
}
