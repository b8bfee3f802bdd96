import type { Percent } from "../../units/percent.ts";

/** How many further instances run while others are replaced: a number, or a share of the web instances. */
export type Surge =
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "share"; readonly share: Percent };

/** So many instances stand in for others, of so many web instances; at least one. */
export function surgeCount(surge: Surge, web: number): number {
  const wanted = surge.kind === "count" ? surge.count : Math.ceil((web * surge.share) / 100);
  return Math.max(1, Math.min(wanted, web));
}
