/** Something that health looks at. */
export interface HealthProbe {
  readonly name: string;
  /** Whether an instance without it may take no traffic. What only degrades is not required. */
  readonly required: boolean;
  /** A short detail when it is well; throws when not. Ends when the signal does. */
  check(signal: AbortSignal): Promise<string>;
}

/** What parts tell about themselves; the health part asks it. */
export class HealthBoard {
  readonly #probes = new Map<string, HealthProbe>();
  readonly #facts = new Map<string, () => unknown>();

  add(probe: HealthProbe): void {
    this.#probes.set(probe.name, probe);
  }

  /** A field of the health answer: `thread_pool_stats`. */
  addFact(name: string, read: () => unknown): void {
    this.#facts.set(name, read);
  }

  get probes(): readonly HealthProbe[] {
    return [...this.#probes.values()];
  }

  get facts(): ReadonlyMap<string, () => unknown> {
    return this.#facts;
  }
}
