import type { Attempt } from "../ending.ts";

/** A step of a transaction on named lists. `seen` is `null` where the answer never came. */
export type Step =
  | { readonly kind: "append"; readonly key: number; readonly value: number }
  | { readonly kind: "read"; readonly key: number; readonly seen: readonly number[] | null };

/** A transaction as its client saw it. No value is appended twice, to whatever list. */
export interface Transaction extends Attempt {
  /** Its place in the history. */
  readonly index: number;
  /** The logical process that sent it: one after the other, and none after one whose end is unknown. */
  readonly process: number;
  readonly steps: readonly Step[];
}

export type AnomalyKind =
  | "internal"
  | "duplicate"
  | "incompatible order"
  | "lost append"
  | "lost update"
  | "G0"
  | "G1a"
  | "G1b"
  | "G1c"
  | "G-single"
  | "G2";

/** Something that no serial order of the transactions explains. */
export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly transactions: readonly number[];
  /** What was seen, in a sentence. */
  readonly text: string;
}

export function appendsTo(transaction: Transaction, key: number): number[] {
  return transaction.steps.flatMap((step) => (step.kind === "append" && step.key === key ? [step.value] : []));
}

/** A list as a transaction found it: without what it had itself appended at its end. */
export function external(transaction: Transaction, key: number, seen: readonly number[]): readonly number[] {
  const own = new Set(appendsTo(transaction, key));
  let end = seen.length;
  while (end > 0 && own.has(seen[end - 1] as number)) end -= 1;
  return seen.slice(0, end);
}
