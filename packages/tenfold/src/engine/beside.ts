import { Fault } from "../fault/fault.ts";

/** Which groups may grow beside an operation at a moment: none, those of workers, or the web tier as well. */
export type Growth = "none" | "workers" | "all";

/** What grows beside one operation, for as long as its plan touches nothing of it. */
export class Beside {
  #lets: () => Growth = () => "none";
  #growing: { readonly cancel: AbortController; readonly ended: Promise<void> } | null = null;

  lets(group: string): boolean {
    const growth = this.#lets();
    return growth === "all" || (growth === "workers" && group.startsWith("worker."));
  }

  /**
   * Lets groups grow during `body`. What still does so at its end is cut short, and has ended when this resolves: the
   * next plan finds what has begun, and does the rest.
   */
  async during<T>(growth: Growth | (() => Growth), body: () => Promise<T>): Promise<T> {
    this.#lets = typeof growth === "string" ? () => growth : growth;
    try {
      return await body();
    } finally {
      this.#lets = () => "none";
      this.#giveWay();
      await this.#growing?.ended;
    }
  }

  /** Grows; what grew before gives way. Rejects with the reason of `signal` when it was cut short. */
  async grow(body: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const former = this.#growing;
    this.#giveWay();
    const cancel = new AbortController();
    const grown = (async () => {
      await former?.ended;
      cancel.signal.throwIfAborted();
      await body(cancel.signal);
    })();
    this.#growing = { cancel, ended: grown.catch(() => {}) };
    await grown;
  }

  #giveWay(): void {
    this.#growing?.cancel.abort(new Fault("TF_CANCELLED", "what grew gave way"));
  }
}
