import { type Anomaly, appendsTo, external, type Transaction } from "./history.ts";

/** Who appended each value. */
export function writersOf(history: readonly Transaction[]): ReadonlyMap<number, Transaction> {
  const writers = new Map<number, Transaction>();
  for (const transaction of history)
    for (const step of transaction.steps) if (step.kind === "append") writers.set(step.value, transaction);
  return writers;
}

/** A transaction must see what it has itself done and seen before. */
function internal(transaction: Transaction): Anomaly[] {
  const expected = new Map<number, { readonly known: readonly number[] | null; readonly since: readonly number[] }>();
  for (const step of transaction.steps) {
    const before = expected.get(step.key) ?? { known: null, since: [] };
    if (step.kind === "append") {
      expected.set(step.key, { ...before, since: [...before.since, step.value] });
      continue;
    }
    if (step.seen === null) continue;
    const { seen } = step;
    const must = [...(before.known ?? []), ...before.since];
    const right =
      before.known === null
        ? must.every((value, at) => seen[seen.length - must.length + at] === value)
        : seen.length === must.length && must.every((value, at) => seen[at] === value);
    if (!right)
      return [
        {
          kind: "internal",
          transactions: [transaction.index],
          text: `T${transaction.index} read key ${step.key} as [${seen}] after it had made it ${before.known === null ? "end with " : ""}[${must}]`,
        },
      ];
    expected.set(step.key, { known: seen, since: [] });
  }
  return [];
}

/** G1a: what a failed transaction wrote was read. G1b: what a transaction wrote and then wrote over was read by another. */
function dirty(transaction: Transaction, writers: ReadonlyMap<number, Transaction>): Anomaly[] {
  const anomalies: Anomaly[] = [];
  for (const step of transaction.steps) {
    if (step.kind !== "read" || step.seen === null) continue;
    const found = external(transaction, step.key, step.seen);
    const aborted = found.find((value) => writers.get(value)?.ending === "failed");
    const writer = aborted === undefined ? undefined : writers.get(aborted);
    if (writer !== undefined)
      anomalies.push({
        kind: "G1a",
        transactions: [transaction.index, writer.index],
        text: `T${transaction.index} read ${aborted} of key ${step.key}, which T${writer.index} appended, and T${writer.index} failed`,
      });
    const last = found.at(-1);
    const lastWriter = last === undefined ? undefined : writers.get(last);
    if (last === undefined || lastWriter === undefined || lastWriter === transaction) continue;
    const final = appendsTo(lastWriter, step.key).at(-1);
    if (final !== last)
      anomalies.push({
        kind: "G1b",
        transactions: [transaction.index, lastWriter.index],
        text: `T${transaction.index} read key ${step.key} up to ${last}, in the middle of T${lastWriter.index}, which went on to ${final}`,
      });
  }
  return anomalies;
}

/** Anomalies that a single read shows. */
export function readAnomalies(history: readonly Transaction[]): Anomaly[] {
  const writers = writersOf(history);
  return history
    .filter(({ ending }) => ending === "ok")
    .flatMap((transaction) => [...internal(transaction), ...dirty(transaction, writers)]);
}
