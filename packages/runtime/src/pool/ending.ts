import { Fault } from "../fault/index.ts";

/** The longest that a timer can wait. */
const LONGEST = 2 ** 31 - 1;

/** The end of a task's or a batch's time: its deadline, or its caller's signal, whichever comes first. */
export class Ending implements Disposable {
  readonly #listeners = new Set<(reason: unknown) => void>();
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #reason: unknown;
  #over = false;

  /** `deadline` is in milliseconds from now. */
  constructor(signal: AbortSignal | undefined, deadline: number) {
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort);
    if (signal?.aborted) this.#onAbort();
    if (deadline > LONGEST || this.#over) return;
    this.#timer = setTimeout(() => {
      this.#end(
        new Fault("TF_RT_POOL_DEADLINE", `the task was not done within ${deadline} ms`, {
          hint: "give it a longer deadline, or the pool more threads",
        }),
      );
    }, deadline);
  }

  get over(): boolean {
    return this.#over;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Calls it at the end, at once if that has come. Gives what takes it back. */
  on(listener: (reason: unknown) => void): () => void {
    if (this.#over) listener(this.#reason);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#listeners.clear();
  }

  readonly #onAbort = (): void => this.#end(this.#signal?.reason);

  #end(reason: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#reason = reason;
    for (const listener of [...this.#listeners]) listener(reason);
  }
}
