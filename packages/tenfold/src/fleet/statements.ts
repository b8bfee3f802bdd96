import type { StatementFigures, StatementGrowth } from "./figures.ts";
import { growth } from "./observation.ts";

/** Of as many the rest takes no part that would matter. */
const TOLD = 20;

/**
 * Statement by statement, since the sum of a server's counters falls whenever PostgreSQL forgets the statements that are
 * used least. One that was not there before is new, and so is all of one whose counters fell.
 */
export function grownStatements(
  before: readonly StatementFigures[],
  now: readonly StatementFigures[],
): StatementGrowth {
  const known = new Map(before.map((one) => [one.id, one]));
  const grown = now.flatMap(({ id, calls, time }): StatementFigures[] => {
    const former = known.get(id);
    const more = former === undefined ? calls : growth(former.calls, calls);
    return more === 0 ? [] : [{ id, calls: more, time: former === undefined ? time : growth(former.time, time) }];
  });
  return {
    calls: grown.reduce((sum, { calls }) => sum + calls, 0),
    time: grown.reduce((sum, { time }) => sum + time, 0),
    slowest: grown.toSorted((a, b) => b.time - a.time).slice(0, TOLD),
  };
}
