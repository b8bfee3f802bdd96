import type { MemberName } from "../fleet/member.ts";
import type { Running } from "../fleet/state.ts";
import type { Millis } from "../units/millis.ts";
import type { KeeperHost } from "./keeper-host.ts";

/**
 * Starts a process that takes over from a member's running one, `former`, which ends then. `null` when it did not within
 * the time, or cannot: it is ended, and the former one runs on. Faults: those of a start.
 */
export async function startHeir(
  host: KeeperHost,
  name: MemberName,
  { former, within }: { readonly former: Running; readonly within: Millis },
): Promise<Running | null> {
  const launch = await host.launchOf(name);
  if (typeof launch === "string" || launch.successor === undefined) return null;
  const heir = await host.driver.start(name, { ...launch, argv: launch.successor });
  const isDone = await new Promise<boolean>((resolve) => {
    const late = setTimeout(resolve, within, false);
    const settle = (taken: boolean): void => {
      clearTimeout(late);
      resolve(taken);
    };
    host.driver.onEnd(heir, () => settle(false));
    host.driver.onEnd(former, () => settle(true));
  });
  if (!isDone) host.driver.signal(heir, "SIGKILL", "session");
  return isDone ? heir : null;
}
