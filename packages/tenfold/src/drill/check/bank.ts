import type { Ending } from "./ending.ts";

/** Balances as one statement saw them. */
export interface BankRead {
  readonly at: number;
  readonly balances: readonly number[];
}

export interface BankVerdict {
  readonly reads: number;
  /** Sums that were seen and are not the one that must hold. */
  readonly wrong: readonly { readonly at: number; readonly sum: number }[];
  readonly transfers: Readonly<Record<Ending, number>>;
}

/** Money moves and is never made or lost: every read must see the same sum. */
export function checkBank(
  reads: readonly BankRead[],
  total: number,
  transfers: Readonly<Record<Ending, number>>,
): BankVerdict {
  const sums = reads.map(({ at, balances }) => ({ at, sum: balances.reduce((sum, balance) => sum + balance, 0) }));
  return { reads: reads.length, wrong: sums.filter(({ sum }) => sum !== total), transfers };
}
