import type { Stretch } from "../../traffic/stretch.ts";

/** Rates are arrivals per second. */
export type Segment = Stretch;

/** How many arrive when: segments one after the other. */
export type Profile = readonly Segment[];

export function constant(rate: number, seconds: number): Profile {
  return [{ seconds, from: rate, to: rate }];
}

export function ramp(from: number, to: number, seconds: number): Profile {
  return [{ seconds, from, to }];
}

/** A constant rate with a plateau at `peak` in its middle third, entered and left at once. */
export function spike(rate: number, peak: number, seconds: number): Profile {
  return [...constant(rate, seconds / 3), ...constant(peak, seconds / 3), ...constant(rate, seconds / 3)];
}

export function durationOf(profile: Profile): number {
  return profile.reduce((total, { seconds }) => total + seconds, 0);
}

/** How many arrivals a profile amounts to, on average. */
export function arrivalsIn(profile: Profile): number {
  return profile.reduce((total, { seconds, from, to }) => total + ((from + to) / 2) * seconds, 0);
}

export function peakOf(profile: Profile): number {
  return profile.reduce((peak, { from, to }) => Math.max(peak, from, to), 0);
}

/** The same shape with every rate multiplied. */
export function scaled(profile: Profile, factor: number): Profile {
  return profile.map(({ seconds, from, to }) => ({ seconds, from: from * factor, to: to * factor }));
}

/** The rate at a time; 0 outside. */
export function rateAt(profile: Profile, at: number): number {
  let start = 0;
  for (const { seconds, from, to } of profile) {
    if (at >= start && at < start + seconds) return from + ((to - from) * (at - start)) / seconds;
    start += seconds;
  }
  return 0;
}
