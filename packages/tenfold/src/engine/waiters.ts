import { Fault } from "../fault/fault.ts";
import type { MemberName } from "../fleet/member.ts";
import type { MemberState } from "../fleet/state.ts";
import type { Millis } from "../units/millis.ts";

/** Exits of a member that is being waited for, after which waiting has no sense. */
const HOPELESS_AFTER = 3;

/** TF_MEMBER_NOT_READY. `said`: what its last failing probe said. */
export function lateness(name: MemberName, within: Millis, state: MemberState, said: string): Fault {
  const reason = state.state === "failed" ? state.reason : said;
  return new Fault("TF_MEMBER_NOT_READY", `${name} was not ready after ${within / 1000} s: ${reason}`);
}

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

  /** Ends the waiting of those who have seen too many crashes, with TF_MEMBER_EXITED. */
  crashed(name: MemberName, reason: string, crashes: number): void {
    const hopeless = new Fault("TF_MEMBER_EXITED", `${name} ${reason}, ${HOPELESS_AFTER} times in a row`);
    for (const { crashesBefore, reject } of this.#waiters)
      if (crashes - crashesBefore >= HOPELESS_AFTER) reject(hopeless);
  }
}
