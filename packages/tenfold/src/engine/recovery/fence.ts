import type { MemberName } from "../../fleet/member.ts";
import { pause, type RecoveryParts } from "./recovery-parts.ts";

const LOOK_EVERY_MS = 2;

/**
 * Resolves when nothing is left of a member's last process: it can do nothing more, acknowledge nothing more. A leader
 * that died leaves children which finish what they are at; they are killed first. Waits for as long as it takes.
 */
export async function fence({ members, signal }: RecoveryParts, name: MemberName): Promise<void> {
  const { last } = members.keeper(name);
  if (last === null) return;
  while (members.driver.killRemains(last)) {
    signal.throwIfAborted();
    await pause(LOOK_EVERY_MS);
  }
}
