/** When something is to happen: moments on which all instances agree, whenever they began. Milliseconds since 1970. */
export interface Ticks {
  /** The first after this moment; `null`: never again. */
  next(after: number): number | null;
  /** The last before or at this moment. */
  previous(at: number): number | null;
}

/** Every so many milliseconds, counted from 1970. */
export function everyTicks(milliseconds: number): Ticks {
  return {
    next: (after) => (Math.floor(after / milliseconds) + 1) * milliseconds,
    previous: (at) => Math.floor(at / milliseconds) * milliseconds,
  };
}

/** What is needed of a pattern of croner. */
export interface Pattern {
  nextRun(previous: Date): Date | null;
  previousRuns(count: number, reference: Date): readonly Date[];
}

export function patternTicks(pattern: Pattern): Ticks {
  return {
    next: (after) => pattern.nextRun(new Date(after))?.getTime() ?? null,
    // Its own question is for moments before the reference.
    previous: (at) => pattern.previousRuns(1, new Date(at + 1_000 - (at % 1_000)))[0]?.getTime() ?? null,
  };
}
