import { readFileSync } from "node:fs";
import type { HistoryEntry } from "../../packages/tenfold/src/journal/history.ts";

/** What the engine wrote down. */
export function readJournal(path: string): HistoryEntry[] {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as HistoryEntry);
}

/** Seconds for which web instances ran between two moments (milliseconds since 1970), from their launch to their end. */
export function instanceSeconds(entries: readonly HistoryEntry[], from: number, to: number): number {
  const running = new Map<string, number>();
  let sum = 0;
  const end = (name: string, at: number): void => {
    sum += Math.max(0, Math.min(at, to) - Math.max(running.get(name) ?? at, from)) / 1000;
    running.delete(name);
  };
  for (const { kind, subject, event, at } of entries) {
    if (kind !== "member" || !subject.startsWith("web-")) continue;
    if (event === "starting" && !running.has(subject)) running.set(subject, at);
    if (event === "stopped" && running.has(subject)) end(subject, at);
  }
  for (const name of [...running.keys()]) end(name, to);
  return sum;
}

export interface RealChange {
  /** From the start of the load. */
  readonly second: number;
  readonly from: number;
  readonly to: number;
}

/** What the autoscaler changed. */
export function changesIn(entries: readonly HistoryEntry[], from: number): RealChange[] {
  return entries.flatMap(({ kind, subject, at, detail }) => {
    const found = kind === "scale" && subject === "web" ? /^(\d+) → (\d+):/.exec(detail ?? "") : null;
    return found === null ? [] : [{ second: (at - from) / 1000, from: Number(found[1]), to: Number(found[2]) }];
  });
}

/** Seconds between two states of each web instance, whenever it went through both: `starting` to `ready`. */
export function timesBetween(entries: readonly HistoryEntry[], first: string, last: string): number[] {
  const since = new Map<string, number>();
  return entries.flatMap(({ kind, subject, event, at }) => {
    if (kind !== "member" || !subject.startsWith("web-")) return [];
    if (event === first) since.set(subject, at);
    const begun = since.get(subject);
    if (event !== last || begun === undefined) return [];
    since.delete(subject);
    return [(at - begun) / 1000];
  });
}
