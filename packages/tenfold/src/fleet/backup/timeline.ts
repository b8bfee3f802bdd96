import { type Fork, isReturn, parseLogFile, parseLsn, SEGMENT_BYTES } from "./log-file.ts";

/** A timeline of which the history is known: its ancestors, and since when it is written. */
export interface Timeline {
  readonly number: number;
  readonly forks: readonly Fork[];
  /** Milliseconds since 1970. */
  readonly since: number;
}

function path(timelines: readonly Timeline[], number: number): Timeline[] {
  const own = timelines.find((one) => one.number === number);
  if (own === undefined) return [];
  return [...own.forks.flatMap((fork) => timelines.filter((one) => one.number === fork.timeline)), own];
}

/** Whether it, or one that it descends from, began by going back in time after this moment. */
function beganLater(timelines: readonly Timeline[], number: number, moment: number): boolean {
  return path(timelines, number).some(({ forks, since }) => {
    const last = forks.at(-1);
    return last !== undefined && isReturn(last) && since > moment;
  });
}

/**
 * The timeline that was in force at a moment. One that began later by going back in time does not count: what was
 * undone by it had happened until then. One that began by a failover does, since it goes on where the other one ended.
 */
export function timelineAt(timelines: readonly Timeline[], first: number, moment: number): number {
  const fit = timelines.filter(({ number }) => number > first && !beganLater(timelines, number, moment));
  const descendants = fit.filter(({ forks }) => forks.some(({ timeline }) => timeline === first));
  return Math.max(first, ...descendants.map(({ number }) => number));
}

/** The timeline that holds a number of the log, on the way to another timeline. */
function timelineOfSegment(forks: readonly Fork[], target: number, segment: number): number {
  // The file in which a timeline ends is whole on the next one.
  for (const { timeline, at } of forks)
    if (BigInt(segment) < (parseLsn(at) ?? 0n) / BigInt(SEGMENT_BYTES)) return timeline;
  return target;
}

/** The first file that is missing although later ones are there; `null` when the log is whole. */
export function findHole(
  names: readonly string[],
  { first, target, forks }: { readonly first: number; readonly target: number; readonly forks: readonly Fork[] },
): { readonly timeline: number; readonly segment: number } | null {
  const present = new Set<string>();
  let last = first;
  for (const name of names) {
    const file = parseLogFile(name);
    if (file?.kind !== "segment") continue;
    if (file.timeline !== timelineOfSegment(forks, target, file.number)) continue;
    present.add(`${file.number}`);
    last = Math.max(last, file.number);
  }
  for (let segment = first; segment <= last; segment += 1)
    if (!present.has(`${segment}`)) return { timeline: timelineOfSegment(forks, target, segment), segment };
  return null;
}
