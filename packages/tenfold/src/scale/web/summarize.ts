import type { WebSample } from "./sample.ts";

/** What was measured of one instance since the sample before. */
export interface InstanceSample {
  /** Since when it is ready, milliseconds since 1970; `null` while it starts or drains. */
  readonly readySince: number | null;
  /** CPU seconds in that time, and as a share of what it may use; `null` where they could not be read. */
  readonly cpuSeconds: number | null;
  readonly cpu: number | null;
  /** Memory as a share of its limit; `null` without a limit. */
  readonly memory: number | null;
  /** Requests that it finished in that time. */
  readonly requests: number;
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/**
 * The part of a sample that comes from instances. Those that start, and those that became ready less than `warm`
 * milliseconds ago, do not count: what a boot and a cold cache burn is no demand, and taking it for demand would launch
 * still more.
 */
export function summarizeInstances(
  instances: readonly InstanceSample[],
  { now, warm }: { readonly now: number; readonly warm: number },
): Pick<WebSample, "work" | "cpu" | "memory"> {
  const settled = instances.filter(({ readySince }) => readySince !== null && now - readySince >= warm);
  const measured = settled.filter(({ cpuSeconds }) => cpuSeconds !== null);
  const busySeconds = measured.reduce((sum, { cpuSeconds }) => sum + (cpuSeconds ?? 0), 0);
  const requests = measured.reduce((sum, one) => sum + one.requests, 0);
  return {
    work: measured.length === 0 ? null : { busySeconds, requests },
    cpu: mean(settled.map(({ cpu }) => cpu)),
    memory: mean(settled.map(({ memory }) => memory)),
  };
}
