import { now, pause } from "./clock.ts";

export interface PacedOptions {
  /** Milliseconds between two turns of a client. */
  readonly every: number;
  readonly clients: number;
  /** A client's turn. What it throws is a bug. */
  readonly act: (client: number) => Promise<void>;
}

/**
 * Clients that each take a turn every so often, one after the other. A turn that takes longer is followed by the next
 * one at once, and those that were missed are left out: after an outage they do not come all together.
 */
export class Paced {
  readonly #stop = new AbortController();
  readonly #clients: Promise<void>[];

  constructor({ every, clients, act }: PacedOptions) {
    this.#clients = Array.from({ length: clients }, async (_, client) => {
      let due = now() + (every * client) / clients;
      while (!this.#stop.signal.aborted) {
        await pause(Math.max(0, due - now()), this.#stop.signal);
        if (this.#stop.signal.aborted) return;
        await act(client);
        due = Math.max(due + every, now());
      }
    });
  }

  /** Begins no further turn, and waits for those under way. Rejects with what a turn threw. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#clients);
  }
}
