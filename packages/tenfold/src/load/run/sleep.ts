/** Who sleeps until when, by the signal that wakes them early: one listener for all, since thousands may sleep at a time. */
const SLEEPERS = new WeakMap<AbortSignal, Set<() => void>>();

function sleepersOf(signal: AbortSignal): Set<() => void> {
  const known = SLEEPERS.get(signal);
  if (known !== undefined) return known;
  const sleepers = new Set<() => void>();
  signal.addEventListener(
    "abort",
    () => {
      for (const wake of [...sleepers]) wake();
    },
    { once: true },
  );
  SLEEPERS.set(signal, sleepers);
  return sleepers;
}

/** Ends early when the signal aborts. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const sleepers = sleepersOf(signal);
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      sleepers.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    sleepers.add(wake);
  });
}
