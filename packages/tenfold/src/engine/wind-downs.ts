import type { MemberName } from "../fleet/member.ts";
import type { Members } from "./members.ts";

interface Asked {
  readonly group: string;
  /** Since when no job of its queue was in hand; `null`: one is, or nobody knows. */
  readonly idleSince: number | null;
}

/**
 * Workers that demand needs no more. They are asked to end, and have all the time that their jobs take: only who goes
 * on although no job of the queue is in hand is ended after its grace. Nothing else waits for them meanwhile.
 */
export class WindDowns {
  readonly #members: Members;
  readonly #now: () => number;
  readonly #asked = new Map<MemberName, Asked>();

  constructor(members: Members, now: () => number) {
    this.#members = members;
    this.#now = now;
  }

  /**
   * Asks those to end for whom there is no place in a smaller number. Gives whether the number may be set: what it
   * removes then does no work any more. `inHand`: jobs of the whole queue that are worked on, `null` when unknown.
   */
  shrink(group: string, count: number, inHand: number | null): boolean {
    const workers = this.#members.ofKind("worker").filter((member) => member.group === group && member.index > count);
    return workers.map(({ name }) => this.#isDone(name, group, inHand)).every(Boolean);
  }

  /** The number stays or grows: whoever was asked to end is started again. */
  keep(group: string): void {
    for (const [name, asked] of this.#asked) {
      if (asked.group !== group) continue;
      this.#asked.delete(name);
      if (this.#members.find(name) === undefined) continue;
      const keeper = this.#members.keeper(name);
      if (keeper.running !== null) keeper.goOn();
      // A start that fails is tried again by the keeper.
      else void keeper.start().catch(() => {});
    }
  }

  #isDone(name: MemberName, group: string, inHand: number | null): boolean {
    const keeper = this.#members.keeper(name);
    if (keeper.running === null) return true;
    const stop = this.#members.stopOf(name);
    const idleSince = inHand === 0 ? (this.#asked.get(name)?.idleSince ?? this.#now()) : null;
    this.#asked.set(name, { group, idleSince });
    // Somebody may have replaced the process that was asked.
    void keeper.windDown(stop);
    return idleSince !== null && this.#now() - idleSince >= stop.grace;
  }
}
