import { type Anomaly, appendsTo, external, type Transaction } from "./history.ts";
import type { Orders } from "./order.ts";

/** The list as a transaction found it before its first append to it; `null` when it did not look. */
function basis(transaction: Transaction, key: number): number | null {
  for (const step of transaction.steps) {
    if (step.key !== key) continue;
    if (step.kind === "append") return null;
    if (step.seen !== null) return external(transaction, key, step.seen).length;
  }
  return null;
}

function keysOf(transaction: Transaction): Set<number> {
  return new Set(transaction.steps.flatMap((step) => (step.kind === "append" ? [step.key] : [])));
}

/** Two transactions that both read the same version of a key, and both wrote the next one. */
export function lostUpdates(history: readonly Transaction[]): Anomaly[] {
  const groups = new Map<string, { readonly key: number; readonly who: number[] }>();
  for (const transaction of history) {
    if (transaction.ending !== "ok") continue;
    for (const key of keysOf(transaction)) {
      const length = basis(transaction, key);
      if (length === null) continue;
      const name = `${key}/${length}`;
      const group = groups.get(name);
      if (group === undefined) groups.set(name, { key, who: [transaction.index] });
      else group.who.push(transaction.index);
    }
  }
  return [...groups.values()]
    .filter(({ who }) => who.length > 1)
    .map(({ key, who }) => ({
      kind: "lost update" as const,
      transactions: who,
      text: `${who.map((index) => `T${index}`).join(" and ")} all read the same version of key ${key} and wrote the next one`,
    }));
}

/** Acknowledged appends that whoever read the key later did not find, and nobody else either. */
export function lostAppends(history: readonly Transaction[], orders: Orders): Anomaly[] {
  const lastRead = new Map<number, number>();
  for (const { ending, startedAt, steps } of history) {
    if (ending !== "ok") continue;
    for (const step of steps)
      if (step.kind === "read") lastRead.set(step.key, Math.max(startedAt, lastRead.get(step.key) ?? 0));
  }
  const present = new Map([...orders.byKey].map(([key, order]) => [key, new Set(order)]));
  return history.flatMap((transaction): Anomaly[] => {
    if (transaction.ending !== "ok") return [];
    return [...keysOf(transaction)].flatMap((key) => {
      if ((lastRead.get(key) ?? 0) <= transaction.endedAt) return [];
      const missing = appendsTo(transaction, key).filter((value) => present.get(key)?.has(value) !== true);
      if (missing.length === 0) return [];
      const text = `T${transaction.index} was told that ${missing.join(", ")} is in key ${key}, and later reads do not have it`;
      return [{ kind: "lost append" as const, transactions: [transaction.index], text }];
    });
  });
}
