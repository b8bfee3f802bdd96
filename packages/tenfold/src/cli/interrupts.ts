import type { Interrupts } from "./context.ts";

const ASKED: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM"];

/** Interrupts of this process, which also learn that nobody reads what it writes any more. */
export interface ProcessInterrupts extends Interrupts {
  /** The terminal or a pipe went away. */
  hangUp(): void;
}

/**
 * Turns signals into aborts: each aborts the signal that was asked for last. Without anyone who waits, they end the
 * program as usual. A terminal that goes away tells it several times, with SIGHUP and with writes that fail; that counts
 * once, as what comes after it may have to put something back.
 */
export function processInterrupts(): ProcessInterrupts {
  let current: AbortController | undefined;
  let hasHungUp = false;
  const forget = (): void => {
    for (const name of ASKED) process.off(name, interrupt);
    if (!hasHungUp) process.off("SIGHUP", hangUp);
  };
  const interrupt = (): void => {
    const waiting = current;
    current = undefined;
    waiting?.abort();
    if (current === undefined) forget();
  };
  const hangUp = (): void => {
    if (hasHungUp || current === undefined) return;
    hasHungUp = true;
    interrupt();
  };
  return {
    hangUp,
    next: () => {
      if (current === undefined) {
        forget();
        for (const name of ASKED) process.on(name, interrupt);
        if (!hasHungUp) process.on("SIGHUP", hangUp);
      }
      current ??= new AbortController();
      return current.signal;
    },
  };
}
