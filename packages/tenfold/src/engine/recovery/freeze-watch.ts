import type { MemberName } from "../../fleet/member.ts";
import type { Members } from "../members.ts";

export interface FreezeWatchOptions {
  readonly members: Members;
  /** Ends a frozen member; `reason` tells of it. */
  readonly end: (name: MemberName, reason: string) => void;
}

const EVERY_MS = 200;
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
    const keepers = [...this.#members.keepers.values()];
    const count = Math.min(keepers.length, MOST_LOOKS);
    for (let looked = 0; looked < count; looked += 1) {
      const keeper = keepers[(this.#next + looked) % keepers.length];
      if (keeper?.running == null) continue;
      if (!this.#members.driver.isFrozen(keeper.running)) {
        this.#seen.delete(keeper.name);
        continue;
      }
      const looks = (this.#seen.get(keeper.name) ?? 0) + 1;
      this.#seen.set(keeper.name, looks);
      if (looks < LOOKS) continue;
      this.#seen.delete(keeper.name);
      this.#end(keeper.name, "was frozen (stopped by a signal), and was ended");
    }
    this.#next = keepers.length === 0 ? 0 : (this.#next + count) % keepers.length;
  }
}
