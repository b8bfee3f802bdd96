import { type Millis, millis, seconds } from "../units/millis.ts";
import type { Members } from "./members.ts";

const KEPT = 50;
/** Before any was measured. */
const GUESS: Millis = seconds(10);

/** How long members of each group take from their launch until they are ready: the 90th percentile of the last fifty. */
export class Boots {
  readonly #known = new Set<string>();
  readonly #times = new Map<string, number[]>();

  /** Takes down who has become ready since the last look. */
  look(members: Members): void {
    for (const { name, group } of members.fleet.members) {
      const keeper = members.keepers.get(name);
      if (keeper?.state.state !== "ready") continue;
      const { startedAt, readyAt } = keeper.history;
      const start = `${name}@${startedAt}`;
      if (this.#known.has(start)) continue;
      this.#known.add(start);
      const times = this.#times.get(group) ?? [];
      times.push(Math.max(0, readyAt - startedAt));
      this.#times.set(group, times.slice(-KEPT));
    }
    if (this.#known.size > 10_000) this.#known.clear();
  }

  /** With the time that it takes after that to reach its full share. */
  of(group: string, warmUp: Millis): Millis {
    const sorted = [...(this.#times.get(group) ?? [])].sort((a, b) => a - b);
    const ninth = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.9))];
    return millis((ninth ?? GUESS) + warmUp);
  }
}
