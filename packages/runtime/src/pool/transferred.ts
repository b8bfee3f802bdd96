import type { Transferable } from "node:worker_threads";

/** What a task returns when buffers in its result should move to the caller instead of being copied. */
export class Transferred<T> {
  readonly value: T;
  readonly transfer: readonly Transferable[];

  constructor(value: T, transfer: readonly Transferable[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

/** `return transferred(pixels, [pixels.buffer])`: the buffer moves to the caller, which takes the same time for any size. */
export function transferred<T>(value: T, transfer: readonly Transferable[]): Transferred<T> {
  return new Transferred(value, transfer);
}
