import type { Driver } from "../drivers/driver.ts";
import type { Stop } from "../fleet/launch.ts";
import type { Running } from "../fleet/state.ts";

const LOOK_EVERY_MS = 20;
/** SIGKILL cannot be refused, but the kernel may take a while to clean up after a large process. */
const KILL_MS = 10_000;

/**
 * Ends a process and its session: the signal to the leader, which knows its children; if it ends without them, SIGTERM to
 * the rest; SIGKILL to all when the grace period is over or `hurry` aborts. Resolves when nothing is left;
 * false: the grace period was not enough.
 */
export async function stopProcess(driver: Driver, running: Running, stop: Stop, hurry: AbortSignal): Promise<boolean> {
  const graceful = AbortSignal.any([hurry, AbortSignal.timeout(stop.grace)]);
  driver.signal(running, stop.signal, "leader");
  await ended(driver, running, graceful);
  if (!graceful.aborted && driver.hasRemains(running)) {
    driver.signal(running, "SIGTERM", "session");
    await until(() => !driver.hasRemains(running), graceful);
  }
  if (!graceful.aborted) return true;
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
