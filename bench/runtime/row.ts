/** One line of the table. */
export interface Measured {
  readonly what: string;
  /** Median of the runs. */
  readonly value: number;
  readonly unit: string;
  /** From the least to the most of the runs. */
  readonly range: readonly [number, number];
  readonly target?: string | undefined;
  /** Whether the target is met; absent for a peer. */
  readonly met?: boolean | undefined;
  readonly note?: string | undefined;
}

/** A part's benchmark: it measures itself and its peers in the same run, in turns. */
export interface Row {
  readonly name: string;
  measure(runs: number): Promise<readonly Measured[]>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** What is wished of a figure, and how that is written. */
export interface Goal {
  readonly text: string;
  holds(value: number): boolean;
}

export const atMost = (most: number, unit: string): Goal => ({
  text: `<= ${most} ${unit}`,
  holds: (value) => value <= most,
});

export const atLeast = (least: number, unit: string): Goal => ({
  text: `>= ${least} ${unit}`,
  holds: (value) => value >= least,
});

export function measured(
  what: string,
  values: readonly number[],
  unit: string,
  more: { readonly goal?: Goal; readonly note?: string } = {},
): Measured {
  const value = median(values);
  const { goal, note } = more;
  return {
    what,
    value,
    unit,
    range: [Math.min(...values), Math.max(...values)],
    target: goal?.text,
    met: goal?.holds(value),
    note,
  };
}

/** Runs each of these so many times, in turns, so that a slow moment of the machine meets all of them. */
export async function inTurns<Name extends string>(
  runs: number,
  subjects: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = Object.keys(subjects) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let run = 0; run < runs; run += 1) {
    for (const name of names) values[name].push(await subjects[name]());
  }
  return values;
}

/** Microseconds of one of so many calls after one another. */
export async function microsecondsEach(calls: number, call: (at: number) => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let at = 0; at < calls; at += 1) await call(at);
  return ((performance.now() - started) * 1_000) / calls;
}

/**
 * Microseconds of processor time of one of so many calls that wait for nothing: on a machine that does nothing else, as long
 * as they take.
 */
export async function processorEach(calls: number, call: (at: number) => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let at = 0; at < calls; at += 1) await call(at);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
