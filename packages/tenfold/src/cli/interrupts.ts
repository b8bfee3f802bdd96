import type { Interrupts } from "./context.ts";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Turns signals into aborts: each aborts the signal that was asked for last. Without anyone who waits, they end the program as usual. */
export function processInterrupts(): Interrupts {
  let current: AbortController | undefined;
  const onSignal = (): void => {
    const waiting = current;
    current = undefined;
    waiting?.abort();
    if (current === undefined) for (const name of SIGNALS) process.off(name, onSignal);
  };
  return {
    next: () => {
      if (current === undefined) for (const name of SIGNALS) process.on(name, onSignal);
      current ??= new AbortController();
      return current.signal;
    },
  };
}
