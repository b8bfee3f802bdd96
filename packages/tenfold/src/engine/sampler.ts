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

interface Reading {
  readonly at: number;
  readonly usage: ReadonlyMap<number, Usage>;
}

/** Turns the kernel's counters into figures. */
export class Sampler {
  readonly #driver: Driver;
  readonly #now: () => number;
  #before: Reading | undefined;
  #latest: Reading | undefined;

  constructor(driver: Driver, now: () => number) {
    this.#driver = driver;
    this.#now = now;
  }

  /** Reads the counters anew, unless that was done just now. */
  sample(members: ReadonlyMap<MemberName, Running>): ReadonlyMap<MemberName, Sample> {
    const at = this.#now();
    if (this.#latest === undefined || at - this.#latest.at >= LEAST_INTERVAL_MS) {
      this.#before = this.#latest;
      this.#latest = { at, usage: this.#driver.usage([...members.values()]) };
    }
    const { usage } = this.#latest;
    const samples = new Map<MemberName, Sample>();
    for (const [name, { pid }] of members) {
      const now = usage.get(pid);
      if (now !== undefined) samples.set(name, { cpuPercent: this.#percent(pid, now), memoryBytes: now.memory });
    }
    return samples;
  }

  #percent(pid: number, now: Usage): number | null {
    const before = this.#before?.usage.get(pid);
    if (before === undefined || this.#before === undefined || this.#latest === undefined) return null;
    const elapsed = this.#latest.at - this.#before.at;
    return Math.max(0, Math.round(((now.cpuMillis - before.cpuMillis) / elapsed) * 1000) / 10);
  }
}
