/** A share of a whole, 0 to 100. */
export type Percent = number & { readonly __unit: "Percent" };

/** Reads `10%`, `"10"` or `10`; `undefined` outside 0 to 100. */
export function parsePercent(value: unknown): Percent | undefined {
  const match = typeof value === "string" ? /^(\d+(?:\.\d+)?)\s*%?$/.exec(value.trim()) : null;
  const number = match === null ? value : Number(match[1]);
  if (typeof number !== "number" || !Number.isFinite(number) || number < 0 || number > 100) return undefined;
  return number as Percent;
}
