import type { Probe } from "../fleet/state.ts";

/** Failing probes in a row, and for how long nobody has answered at all. */
export class Misses {
  #count = 0;
  #silentSince: number | null = null;

  /** `silence` in milliseconds. */
  note(probe: Probe, now: number): { readonly count: number; readonly silence: number } {
    this.#count = probe.ready ? 0 : this.#count + 1;
    this.#silentSince = probe.ready || probe.silent !== true ? null : (this.#silentSince ?? now);
    return { count: this.#count, silence: this.#silentSince === null ? 0 : now - this.#silentSince };
  }
}
