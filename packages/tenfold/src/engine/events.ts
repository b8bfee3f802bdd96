import type { FleetEvent } from "@tenfold/protocol";

export type Listener = (event: FleetEvent) => void;

/** Tells everyone who listens. A listener that throws is a bug of its own and does not reach the others. */
export class Events {
  readonly #listeners = new Set<Listener>();

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: FleetEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
