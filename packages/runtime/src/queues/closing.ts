import { Fault } from "../fault/index.ts";
import type { Attempt } from "./attempt.ts";

/** Milliseconds for a handler to end by its signal. */
const MOMENT = 500;

/**
 * Waits until nothing runs. When `force` aborts, so do the signals of what runs, and a moment later it is given up, so that
 * it can go back to the queue.
 */
export async function drained(
  ended: Promise<unknown>,
  running: () => Iterable<Attempt>,
  force: AbortSignal,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const onForce = (): void => {
    const reason = new Fault("TF_RT_CLOSED", "the worker ends, and gives the job back");
    for (const attempt of running()) attempt.abort(reason);
    timer = setTimeout(() => {
      for (const attempt of running()) attempt.giveUp();
    }, MOMENT);
  };
  if (force.aborted) onForce();
  else force.addEventListener("abort", onForce, { once: true });
  await ended;
  clearTimeout(timer);
  force.removeEventListener("abort", onForce);
}
