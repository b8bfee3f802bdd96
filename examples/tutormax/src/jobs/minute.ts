const MINUTE = 60_000;

/** `2026-11-20T22:31Z`: the minute that a time, in milliseconds since 1970, is in. */
export function minuteOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}

/** Milliseconds from a time to the next minute, 1 to 60,000. */
export function untilNextMinute(time: number): number {
  return MINUTE - (time % MINUTE);
}
