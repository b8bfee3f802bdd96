import type { Lane } from "../job.ts";

/** Which jobs of a lane may run: of those that are in it, the first `limit`. */
export class Lanes {
  readonly #lanes = new Map<string, Set<string>>();

  /** At the end of its lane, unless it is in it; whether it may run. */
  enter({ key, limit }: Lane, id: string): boolean {
    const lane = this.#lanes.get(key) ?? new Set();
    this.#lanes.set(key, lane.add(id));
    return [...lane].indexOf(id) < limit;
  }

  /** Who may run now that it has left. */
  leave({ key, limit }: Lane, id: string): string | undefined {
    const lane = this.#lanes.get(key);
    if (!lane?.delete(id)) return undefined;
    if (lane.size === 0) this.#lanes.delete(key);
    return [...lane][limit - 1];
  }
}
