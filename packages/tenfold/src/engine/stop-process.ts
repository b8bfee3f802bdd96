import type { Driver } from "../drivers/driver.ts";
import type { Stop } from "../fleet/launch.ts";
import type { Running } from "../fleet/state.ts";

const LOOK_EVERY_MS = 20;
/** SIGKILL cannot be refused, but the kernel may take a while to clean up after a large process. */
const KILL_MS = 10_000;
const NEVER = new AbortController().signal;

/** A signal of `null`: it was sent before. Some programs take a second one for impatience. */
export interface Asked {
  readonly signal: Stop["signal"] | null;
  readonly grace: Stop["grace"];
}

/**
 * The signal to the leader, which knows its children; if it ends without them, SIGTERM to the rest. Gives whether all of
 * them had ended before `patience` aborted.
 */
export async function askToEnd(
  driver: Driver,
  running: Running,
  signal: Asked["signal"],
  patience: AbortSignal = NEVER,
): Promise<boolean> {
  // Whoever asked the leader before it ended has asked the rest then.
  const isTold = signal === null && !driver.isAlive(running);
  if (signal !== null) driver.signal(running, signal, "leader");
  await ended(driver, running, patience);
  if (!patience.aborted && driver.hasRemains(running)) {
    if (!isTold) driver.signal(running, "SIGTERM", "session");
    await until(() => !driver.hasRemains(running), patience);
  }
  return !patience.aborted;
}

/**
 * Ends a process and its session: by the signal, and by SIGKILL when the grace period is over or `hurry` aborts. Resolves
 * when nothing is left; false: the grace period was not enough.
 */
export async function stopProcess(
  driver: Driver,
  running: Running,
  { signal, grace }: Asked,
  hurry: AbortSignal,
): Promise<boolean> {
  if (await askToEnd(driver, running, signal, AbortSignal.any([hurry, AbortSignal.timeout(grace)]))) return true;
  driver.signal(running, "SIGKILL", "session");
  await until(() => !driver.hasRemains(running), AbortSignal.timeout(KILL_MS));
  return hurry.aborted;
}

/** By event, so that a stop takes no longer than it must. */
function ended(driver: Driver, running: Running, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    driver.onEnd(running, () => resolve());
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function until(condition: () => boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !condition()) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}
