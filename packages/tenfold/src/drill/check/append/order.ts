import type { Anomaly, Transaction } from "./history.ts";

/** Lists only grow, so that each that was read is a prefix of the longest: the order of all versions of a key. */
export interface Orders {
  readonly byKey: ReadonlyMap<number, readonly number[]>;
  readonly anomalies: readonly Anomaly[];
}

interface KeyRead {
  readonly index: number;
  readonly seen: readonly number[];
}

function readsByKey(history: readonly Transaction[]): Map<number, KeyRead[]> {
  const reads = new Map<number, KeyRead[]>();
  for (const { index, ending, steps } of history) {
    if (ending !== "ok") continue;
    for (const step of steps) {
      if (step.kind !== "read" || step.seen === null) continue;
      const list = reads.get(step.key);
      if (list === undefined) reads.set(step.key, [{ index, seen: step.seen }]);
      else list.push({ index, seen: step.seen });
    }
  }
  return reads;
}

function isPrefix(short: readonly number[], long: readonly number[]): boolean {
  return short.every((value, at) => long[at] === value);
}

/** Orders of what was read. A read that is no prefix of the longest, or that holds a value twice, is an anomaly. */
export function ordersOf(history: readonly Transaction[]): Orders {
  const byKey = new Map<number, readonly number[]>();
  const anomalies: Anomaly[] = [];
  for (const [key, reads] of readsByKey(history)) {
    const longest = reads.reduce((best, read) => (read.seen.length > best.seen.length ? read : best));
    byKey.set(key, longest.seen);
    for (const { index, seen } of reads) {
      const twice = seen.find((value, at) => seen.indexOf(value) !== at);
      if (twice !== undefined)
        anomalies.push({
          kind: "duplicate",
          transactions: [index],
          text: `T${index} read key ${key} as [${seen}], which holds ${twice} twice`,
        });
      else if (!isPrefix(seen, longest.seen))
        anomalies.push({
          kind: "incompatible order",
          transactions: [index, longest.index],
          text: `T${index} read key ${key} as [${seen}], T${longest.index} as [${longest.seen}]: neither comes before the other`,
        });
    }
  }
  return { byKey, anomalies };
}
