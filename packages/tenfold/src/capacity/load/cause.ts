import type { Observation } from "../../fleet/observation.ts";
import type { Spec } from "../../spec/spec.ts";

/** Observations of a while, the oldest first, wherever they are from. */
export interface Window {
  readonly looks: readonly Observation[];
  readonly spec: Spec;
}

/** The share of looks at which something was so, of those that could tell; `null`: none could. */
export function shareOf<T>(values: readonly (T | null | undefined)[], isSo: (value: T) => boolean): number | null {
  const known = values.filter((value): value is T & {} => value !== null && value !== undefined);
  return known.length === 0 ? null : known.filter(isSo).length / known.length;
}

/** The largest of some numbers; 0 for none. */
export function most(values: readonly number[]): number {
  return values.reduce((top, value) => Math.max(top, value), 0);
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How much a counter has grown over all looks, restarts between them included. */
export function grown(
  values: readonly (number | null | undefined)[],
  growth: (before: number, now: number) => number,
): number {
  const known = values.filter((value): value is number => value !== null && value !== undefined);
  return known.slice(1).reduce((sum, value, at) => sum + growth(known[at] ?? value, value), 0);
}
