import type { MemberKind, MemberName } from "../../fleet/member.ts";
import type { Keeper } from "../keeper.ts";
import type { Members } from "../members.ts";

export interface FreezeWatchOptions {
  readonly members: Members;
  /** Ends a frozen member; `reason` tells of it. */
  readonly end: (name: MemberName, reason: string) => void;
}

const EVERY_MS = 250;
/** Those that everybody waits for are looked at each time, the others every fourth time until one seems to stand still. */
const TURNS = 4;
const AWAITED: ReadonlySet<MemberKind> = new Set(["balancer", "pooler", "postgres", "cache"]);
/** So that a fleet of hundreds costs no more than one of forty. */
const MOST_LOOKS = 40;
/** Looks in a row at which a process must be seen standing still. */
const LOOKS = 2;

/**
 * Finds members whose process stands still (SIGSTOP), which the kernel tells at once, while their silence would only be
 * noticed after a time that a busy machine also needs. They are ended, and what follows is as after a death.
 */
export class FreezeWatch {
  readonly #members: Members;
  readonly #end: FreezeWatchOptions["end"];
  readonly #timer: NodeJS.Timeout;
  readonly #seen = new Map<MemberName, number>();
  #next = 0;

  constructor({ members, end }: FreezeWatchOptions) {
    this.#members = members;
    this.#end = end;
    this.#timer = setInterval(() => this.#look(), EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { topology, members } = this.#members.fleet;
    const urgent = new Set<MemberName | null>([...this.#seen.keys(), topology.redisMaster]);
    for (const { name, kind } of members) if (AWAITED.has(kind)) urgent.add(name);
    const keepers = [...this.#members.keepers.values()];
    const isUrgent = ({ name }: Keeper): boolean => urgent.has(name);
    const others = keepers.filter((keeper) => !isUrgent(keeper));
    const count = Math.min(Math.ceil(others.length / TURNS), MOST_LOOKS);
    const turn = Array.from({ length: count }, (_, at) => others[(this.#next + at) % others.length]);
    this.#next = others.length === 0 ? 0 : (this.#next + count) % others.length;
    for (const keeper of [...keepers.filter(isUrgent), ...turn]) if (keeper !== undefined) this.#lookAt(keeper);
  }

  #lookAt({ name, running }: Keeper): void {
    if (running === null) return;
    if (!this.#members.driver.isFrozen(running)) return void this.#seen.delete(name);
    const looks = (this.#seen.get(name) ?? 0) + 1;
    this.#seen.set(name, looks);
    if (looks < LOOKS) return;
    this.#seen.delete(name);
    this.#end(name, "was frozen (stopped by a signal), and was ended");
  }
}
