import type { Fleet } from "../../fleet/fleet.ts";
import { NO_PORT, type Target } from "../edge/edge.ts";

const FEWEST = 16;

/**
 * HAProxy 2.6 cannot add servers with cookies while it runs, so each backend has more server lines than it needs. A slot
 * is named after the member that takes it, so a member needs no table to find its own. Twice the highest number that is
 * known, rounded up to a power of two: a fleet can double before a reload is needed.
 */
export function slotCount(highest: number): number {
  return Math.max(FEWEST, 2 ** Math.ceil(Math.log2(Math.max(1, highest) * 2)));
}

/** By the highest number that a web instance has, surge instances aside: they find room in the other half. */
export function webSlots({ spec, web, counts, topology }: Fleet): number {
  const serving = topology.serving.map((name) => Number(/\d+$/.exec(name)?.[0] ?? 0));
  const indexes = [...web.main, ...(web.standby?.indexes ?? []), ...(web.canary?.indexes ?? []), ...serving];
  return slotCount(Math.max(spec.web.instances.max, counts.web, ...indexes));
}

export interface SlotOptions {
  readonly cookies?: boolean;
  /** Whether a slot is only used when no other can be. */
  readonly isBackup?: (index: number) => boolean;
}

/** The server lines of a backend: every slot, those without a target disabled. */
export function slotLines(
  group: string,
  count: number,
  taken: readonly Target[],
  { cookies = false, isBackup = () => false }: SlotOptions = {},
): string[] {
  const byIndex = new Map(taken.map((target) => [target.index, target]));
  return Array.from({ length: count }, (_, at) => {
    const index = at + 1;
    const target = byIndex.get(index);
    const words = [`server ${group}-${index} 127.0.0.1:${target?.port ?? NO_PORT} id ${index}`];
    if (cookies) words.push(`cookie ${group}-${index}`);
    if (isBackup(index)) words.push("backup");
    if (target === undefined) words.push("disabled");
    return words.join(" ");
  });
}
