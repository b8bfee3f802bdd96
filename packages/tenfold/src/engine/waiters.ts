import type { Millis } from "../units/millis.ts";

interface Waiter {
  readonly crashesBefore: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Those who wait until a member is ready: each until its own deadline, and through so many crashes and no more. */
export class Waiters {
  readonly #waiters = new Set<Waiter>();

  /** Rejects with the signal's reason when it aborts, and with what `late` gives when the time is up. */
  async wait(
    signal: AbortSignal,
    options: { readonly crashes: number; readonly within: Millis; readonly late: () => unknown },
  ): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { crashesBefore: options.crashes, resolve, reject };
    const abort = (): void => reject(signal.reason);
    const deadline = setTimeout(() => reject(options.late()), options.within).unref();
    this.#waiters.add(waiter);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener("abort", abort);
      this.#waiters.delete(waiter);
    }
  }

  ready(): void {
    for (const { resolve } of this.#waiters) resolve();
  }

  /** Ends the waiting of those who have seen `atMost` crashes. */
  crashed(crashes: number, atMost: number, reason: unknown): void {
    for (const { crashesBefore, reject } of this.#waiters) if (crashes - crashesBefore >= atMost) reject(reason);
  }
}
