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
   * Asks those to end for whom there is no place in a smaller number. Gives the smallest number that may be set by now:
   * what it removes does no work any more. `inHand`: jobs of the whole queue that are worked on, `null` when unknown.
   */
  shrink(group: string, count: number, inHand: number | null): number {
    const surplus = this.#members.ofKind("worker").filter((one) => one.group === group && one.index > count);
    const atWork = surplus.filter(({ name }) => !this.#isDone(name, group, inHand));
    return Math.max(count, ...atWork.map(({ index }) => index));
  }

  /** Whether somebody of the group was asked to end, and is still wanted by its number. */
  isUnderWay(group: string): boolean {
    return [...this.#asked].some(([name, asked]) => asked.group === group && this.#members.find(name) !== undefined);
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
