import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";

const FILE = "times.jsonl";
const SUFFIX = ".log";
/** Six hours at an entry every five seconds, if something is always written. */
const KEPT = 4_320;

/**
 * Notes how large each log is now, where that has changed: members write their logs themselves, without times of ours, so
 * this is how `logs --since` finds its place. A line: `{"at":1700000000000,"sizes":{"web-1":1234}}`.
 */
export class LogTimes {
  readonly #sizes = new Map<string, number>();
  #lines = 0;

  /** A directory that is missing or a full disk cost no more than the entry. */
  record(directory: string, now: number): void {
    try {
      const changed = this.#changed(directory);
      if (changed.length === 0) return;
      appendFileSync(`${directory}/${FILE}`, `${JSON.stringify({ at: now, sizes: Object.fromEntries(changed) })}\n`, {
        mode: 0o644,
      });
      this.#lines += 1;
      if (this.#lines > KEPT / 2) this.#prune(`${directory}/${FILE}`);
    } catch {
      // See above.
    }
  }

  #changed(directory: string): [string, number][] {
    return readdirSync(directory).flatMap((file): [string, number][] => {
      if (!file.endsWith(SUFFIX)) return [];
      const member = file.slice(0, -SUFFIX.length);
      const { size } = statSync(`${directory}/${file}`);
      if (this.#sizes.get(member) === size) return [];
      this.#sizes.set(member, size);
      return [[member, size]];
    });
  }

  #prune(path: string): void {
    const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
    writeFileSync(path, `${lines.slice(-KEPT).join("\n")}\n`);
    this.#lines = 0;
  }
}
