import type { Driver } from "../drivers/driver.ts";
import type { Running } from "../fleet/state.ts";
import type { Millis } from "../units/millis.ts";

/**
 * Whether `heir` has taken over from `former`, which ends then. If it ends itself, or the time passes, it has not, and is
 * ended.
 */
export function handedOver(
  driver: Driver,
  { former, heir, within }: { readonly former: Running; readonly heir: Running; readonly within: Millis },
): Promise<boolean> {
  return new Promise((resolve) => {
    let settled = false;
    const settle = (taken: boolean): void => {
      if (settled) return;
      settled = true;
      clearTimeout(late);
      if (!taken) driver.signal(heir, "SIGKILL", "session");
      resolve(taken);
    };
    const late = setTimeout(settle, within, false);
    driver.onEnd(heir, () => settle(false));
    driver.onEnd(former, () => settle(true));
  });
}
