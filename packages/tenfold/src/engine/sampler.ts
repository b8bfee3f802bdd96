import type { Driver, Usage } from "../drivers/driver.ts";
import type { MemberName } from "../fleet/member.ts";
import type { Running } from "../fleet/state.ts";

/** What a member used lately. */
export interface Sample {
  /** Of one core. */
  readonly cpuPercent: number | null;
  readonly memoryBytes: number;
}

/** Two readings closer together than this say nothing about the load. */
const LEAST_INTERVAL_MS = 200;
/**
 * Whoever asks again within this time gets the same answer. The kernel needs ten milliseconds to list the connections of
 * a large machine, in which the engine does nothing else.
 */
const FRESH_FOR_MS = 1_000;

interface Reading {
  readonly at: number;
  readonly usage: ReadonlyMap<number, Usage>;
}

interface Connections {
  readonly at: number;
  readonly counts: ReadonlyMap<number, number>;
}

/** Turns the kernel's counters into figures. */
export class Sampler {
  readonly #driver: Driver;
  readonly #now: () => number;
  #before: Reading | undefined;
  #latest: Reading | undefined;
  #connections: Connections | undefined;

  constructor(driver: Driver, now: () => number) {
    this.#driver = driver;
    this.#now = now;
  }

  /** Reads the counters anew, unless that was done just now for all of these. */
  sample(members: ReadonlyMap<MemberName, Running>): ReadonlyMap<MemberName, Sample> {
    const { usage } = this.#read([...members.values()]);
    const samples = new Map<MemberName, Sample>();
    for (const [name, { pid }] of members) {
      const now = usage.get(pid);
      if (now !== undefined) samples.set(name, { cpuPercent: this.#percent(pid, now), memoryBytes: now.memory });
    }
    return samples;
  }

  /** How many TCP connections are established at each port of this machine. */
  connections(): ReadonlyMap<number, number> {
    const at = this.#now();
    if (this.#connections === undefined || at - this.#connections.at >= FRESH_FOR_MS)
      this.#connections = { at, counts: this.#driver.connections() };
    return this.#connections.counts;
  }

  #read(processes: readonly Running[]): Reading {
    const at = this.#now();
    const latest = this.#latest;
    const age = latest === undefined ? Number.POSITIVE_INFINITY : at - latest.at;
    if (latest !== undefined && age < FRESH_FOR_MS && processes.every(({ pid }) => latest.usage.has(pid)))
      return latest;
    if (age >= LEAST_INTERVAL_MS) this.#before = latest;
    this.#latest = { at, usage: this.#driver.usage(processes) };
    return this.#latest;
  }

  #percent(pid: number, now: Usage): number | null {
    const before = this.#before?.usage.get(pid);
    if (before === undefined || this.#before === undefined || this.#latest === undefined) return null;
    const elapsed = this.#latest.at - this.#before.at;
    return Math.max(0, Math.round(((now.cpuMillis - before.cpuMillis) / elapsed) * 1000) / 10);
  }
}
