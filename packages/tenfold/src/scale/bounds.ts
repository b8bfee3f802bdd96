import { formatSchedule, isActive, type Schedule } from "../spec/scaling/schedule.ts";
import type { Bound } from "./decision.ts";

/** Between what the number may move. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly schedules: readonly Schedule[];
  /** Instances that the database's connections suffice for; `null` where that is no limit. */
  readonly connections: number | null;
}

/** A number set by hand; `until` (milliseconds since 1970) is when it ends, `null` for never. */
export interface Override {
  readonly count: number;
  readonly until: number | null;
}

/** The override that still holds. */
export function activeOverride(override: Override | null, now: number): Override | null {
  return override === null || (override.until !== null && override.until <= now) ? null : override;
}

/** The bounds of a number set by hand: whoever sets it knows of the schedule, and means otherwise. */
export function overriding(bounds: Bounds): Bounds {
  return { ...bounds, schedules: [] };
}

/** What is lowest and highest now, with the schedule that says so. The highest wins over the lowest. */
export function limitsAt(bounds: Bounds, now: number): { readonly low: Bound; readonly high: Bound } {
  let low: Bound = { kind: "min", count: bounds.min, schedule: null };
  let high: Bound = { kind: "max", count: bounds.max, schedule: null };
  for (const schedule of bounds.schedules) {
    if (!isActive(schedule, now)) continue;
    if (schedule.min !== null && (low.schedule === null || schedule.min > low.count))
      low = { kind: "min", count: schedule.min, schedule: formatSchedule(schedule) };
    if (schedule.max !== null && (high.schedule === null || schedule.max < high.count))
      high = { kind: "max", count: schedule.max, schedule: formatSchedule(schedule) };
  }
  if (low.count > bounds.max) low = { ...low, count: bounds.max };
  if (high.count > bounds.max) high = { ...high, count: bounds.max };
  if (bounds.connections !== null && bounds.connections < high.count)
    return { low, high: { kind: "connections", count: Math.max(0, bounds.connections) } };
  return { low, high };
}

/** The number within its bounds, and the bound that changed it. */
export function bounded(
  wanted: number,
  bounds: Bounds,
  now: number,
): { readonly target: number; readonly bound: Bound | null } {
  const { low, high } = limitsAt(bounds, now);
  if (wanted > high.count) return { target: high.count, bound: high };
  const target = Math.min(high.count, Math.max(low.count, wanted));
  return { target, bound: target === wanted ? null : target === high.count && high.count < low.count ? high : low };
}
