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

/** How many machines of one purpose there must be at least, and how many of them may be away. */
export interface Wish {
  readonly purpose: string;
  readonly least: number;
  readonly spare: number;
  /** The whole of what is to be divided among those that are there. */
  readonly room: Room;
}

const MOST_MACHINES = 500;

function countFor({ least, spare, room }: Wish, { cores, memory }: MachineType): number {
  return Math.max(least, Math.ceil(room.cores / cores) + spare, Math.ceil(room.memory / memory) + spare);
}

/** Fewer machines are less work, and worth so much more money. */
const WORTH = 1.15;

/** The fewest machines that have the room and cost little more than the cheapest. A RangeError when the table has none. */
export function chooseMachines(wish: Wish, prices: PriceTable): MachineGroup {
  const groups = prices.machines.flatMap((type) => {
    const count = countFor(wish, type);
    return count > MOST_MACHINES ? [] : [{ purpose: wish.purpose, type, count, monthly: count * type.monthly }];
  });
  const cheapest = Math.min(...groups.map(({ monthly }) => monthly));
  const fitting = groups.filter(({ monthly }) => monthly <= cheapest * WORTH);
  const [first] = fitting.toSorted((a, b) => a.count - b.count || a.monthly - b.monthly);
  if (first === undefined) throw new RangeError(`no machine of the table is large enough for ${wish.purpose}`);
  return first;
}
