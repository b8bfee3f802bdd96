import type { Percent } from "../units/percent.ts";

/** A set of web instances of a release that is not the current one, by their indexes. */
export interface WebSet {
  readonly release: number;
  readonly indexes: readonly number[];
}

/** Instances that get no requests: a new set before its switch (`until` null), a former one kept warm until a time. */
export interface StandbySet extends WebSet {
  /** Milliseconds since 1970. */
  readonly until: number | null;
}

/** Instances of a release on trial, which get a share of the requests. */
export interface CanarySet extends WebSet {
  readonly share: Percent;
}

/** Which web instances there are: `web-N` for every index, and what each is for. No index is in two sets. */
export interface WebSets {
  /** Of the current release; they get the requests. */
  readonly main: readonly number[];
  readonly standby: StandbySet | null;
  readonly canary: CanarySet | null;
}

/** `web-1` to `web-N`. */
export function firstSets(count: number): WebSets {
  return { main: Array.from({ length: count }, (_, at) => at + 1), standby: null, canary: null };
}

function taken({ main, standby, canary }: WebSets): Set<number> {
  return new Set([...main, ...(standby?.indexes ?? []), ...(canary?.indexes ?? [])]);
}

/** The lowest indexes that no set has. */
export function freeIndexes(sets: WebSets, count: number): number[] {
  const used = taken(sets);
  const free: number[] = [];
  for (let index = 1; free.length < count; index += 1) if (!used.has(index)) free.push(index);
  return free;
}

/** As many main instances as are wanted: further ones take the lowest free indexes, and the highest leave first. */
export function resize(sets: WebSets, count: number): WebSets {
  const sorted = [...sets.main].sort((a, b) => a - b);
  if (sorted.length >= count) return { ...sets, main: sorted.slice(0, count) };
  return { ...sets, main: [...sorted, ...freeIndexes(sets, count - sorted.length)].sort((a, b) => a - b) };
}

/** The standby set becomes the main one, and the main one stays as standby until a time. */
export function swap(
  sets: WebSets,
  current: number,
  until: number,
): { readonly sets: WebSets; readonly release: number } {
  if (sets.standby === null) throw new Error("there is no standby set to switch to");
  const { release, indexes } = sets.standby;
  return { release, sets: { ...sets, main: indexes, standby: { release: current, indexes: sets.main, until } } };
}

/** The releases that some instance needs. */
export function releasesInUse({ standby, canary }: WebSets, current: number): number[] {
  return [
    ...new Set([current, ...(standby === null ? [] : [standby.release]), ...(canary === null ? [] : [canary.release])]),
  ];
}
