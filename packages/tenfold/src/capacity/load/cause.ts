import type { Observation } from "../../fleet/observation.ts";
import type { Spec } from "../../spec/spec.ts";

/** Waiting at one look of five is no chance. */
export const OFTEN = 0.2;

/** The last looks still know what each instance did. */
export const RECENT = 12;

/** Observations of a while, the oldest first, wherever they are from. */
export interface Window {
  readonly looks: readonly Observation[];
  readonly spec: Spec;
  /** Of statements by their ids, as far as somebody asked for them. */
  readonly texts?: ReadonlyMap<string, string>;
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

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}

/** How much a counter has grown over all looks, restarts between them included. */
export function grown(
  values: readonly (number | null | undefined)[],
  growth: (before: number, now: number) => number,
): number {
  const known = values.filter((value): value is number => value !== null && value !== undefined);
  return known.slice(1).reduce((sum, value, at) => sum + growth(known[at] ?? value, value), 0);
}

/** Those of the last minute. */
export function recent(looks: readonly Observation[]): readonly Observation[] {
  return looks.slice(-RECENT);
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Whether sessions of the database waited for locks at so large a part of these looks; by itself, too often for chance. */
export function waitsForLocks({ looks }: Pick<Window, "looks">, often: number = OFTEN): boolean {
  const databases = looks.map(({ database }) => database);
  return (shareOf(databases, ({ waitingForLocks }) => waitingForLocks > 0) ?? 0) >= often;
}
