/** A place in the write-ahead log, as PostgreSQL writes it: `0/16B3748`. */
export type Lsn = string & { readonly __lsn: unique symbol };

const FORM = /^[\dA-F]{1,8}\/[\dA-F]{1,8}$/i;

/** `null` when it is none. */
export function parseLsn(text: unknown): Lsn | null {
  return typeof text === "string" && FORM.test(text) ? (text as Lsn) : null;
}

export function compareLsn(a: Lsn, b: Lsn): number {
  const [left, right] = [positionOf(a), positionOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The later of two; `null` is before all. */
export function laterLsn(a: Lsn | null, b: Lsn | null): Lsn | null {
  if (a === null || b === null) return a ?? b;
  return compareLsn(a, b) >= 0 ? a : b;
}

export function positionOf(lsn: Lsn): bigint {
  const [high = "0", low = "0"] = lsn.split("/");
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
