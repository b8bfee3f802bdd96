import type { MemberName } from "../fleet/member.ts";
import type { Running } from "../fleet/state.ts";
import type { Millis } from "../units/millis.ts";
import type { KeeperHost } from "./keeper-host.ts";

const LOOK_EVERY_MS = 5;

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
  const deadline = host.now() + within;
  // Not by their ends: of a process that an earlier engine started these are told late.
  while (host.driver.isAlive(former)) {
    if (host.now() >= deadline || !host.driver.isAlive(heir)) {
      host.driver.signal(heir, "SIGKILL", "session");
      return null;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return heir;
}
