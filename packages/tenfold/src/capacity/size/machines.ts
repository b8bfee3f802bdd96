import type { Bytes } from "../../units/bytes.ts";
import type { MachineType, PriceTable } from "./prices.ts";

/** What has to fit. */
export interface Room {
  readonly cores: number;
  readonly memory: Bytes;
}

/** Machines of one type that have one purpose. */
export interface MachineGroup {
  readonly purpose: string;
  readonly type: MachineType;
  readonly count: number;
  readonly monthly: number;
}

/** Machines that the room is divided among, as far as whole pieces can be. */
export interface Wish {
  readonly purpose: string;
  /** How many there must be at least, and how many of them may be away. */
  readonly least: number;
  readonly spare: number;
  readonly room: Room;
  /** What cannot be divided: each machine has to hold it. */
  readonly piece: Room;
}

const MOST_MACHINES = 500;

function holds({ cores, memory }: MachineType, room: Room): boolean {
  return cores >= room.cores && memory >= room.memory;
}

function countFor({ least, spare, room }: Wish, { cores, memory }: MachineType): number {
  return Math.max(least, Math.ceil(room.cores / cores) + spare, Math.ceil(room.memory / memory) + spare);
}

/** Fewer machines are less work, and worth so much more money. */
const WORTH = 1.15;

/** The fewest machines that have the room and cost little more than the cheapest; `null` when the table has none. */
export function chooseMachines(wish: Wish, prices: PriceTable): MachineGroup | null {
  const groups = prices.machines.flatMap((type) => {
    const count = countFor(wish, type);
    if (count > MOST_MACHINES || !holds(type, wish.piece)) return [];
    return [{ purpose: wish.purpose, type, count, monthly: count * type.monthly }];
  });
  const cheapest = Math.min(...groups.map(({ monthly }) => monthly));
  const fitting = groups.filter(({ monthly }) => monthly <= cheapest * WORTH);
  return fitting.toSorted((a, b) => a.count - b.count || a.monthly - b.monthly)[0] ?? null;
}

/** So many machines that hold the room each, the cheapest; `null` when the table has none. */
export function chooseEach(purpose: string, count: number, room: Room, prices: PriceTable): MachineGroup | null {
  const [type] = prices.machines.filter((one) => holds(one, room)).toSorted((a, b) => a.monthly - b.monthly);
  return type === undefined ? null : { purpose, type, count, monthly: count * type.monthly };
}
