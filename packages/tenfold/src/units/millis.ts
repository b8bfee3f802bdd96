/** A length of time in milliseconds, never negative. */
export type Millis = number & { readonly __unit: "Millis" };

const FACTORS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Throws a RangeError when negative or not finite. */
export function millis(value: number): Millis {
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`${value} ms is no length of time`);
  return Math.round(value) as Millis;
}

export function seconds(value: number): Millis {
  return millis(value * 1_000);
}

/** Reads `250ms`, `30s`, `5m`, `1h`, `7d`, `1h30m`; a bare number is seconds. `undefined` for anything else. */
export function parseDuration(value: unknown): Millis | undefined {
  const exact = parseExactDuration(value);
  return exact === undefined ? undefined : millis(exact);
}

/** The same with fractions of a millisecond, for what is computed with and never waited for. */
export function parseExactDuration(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value * 1_000) && value >= 0 ? value * 1_000 : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.trim().toLowerCase();
  if (/^\d+(\.\d+)?$/.test(text)) return parseExactDuration(Number(text));
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (FACTORS[unit ?? ""] ?? 0);
  }
  // 1.1m is 66 s, though 1.1 times 60,000 is a little more.
  return Number.isFinite(total) ? Number(total.toPrecision(12)) : undefined;
}

/** `1h30m`, `45s`, `250ms`: the shortest text that `parseDuration` reads back as the same length. */
export function formatDuration(value: Millis): string {
  if (value === 0) return "0s";
  let rest: number = value;
  let text = "";
  for (const unit of ["d", "h", "m", "s", "ms"]) {
    const factor = FACTORS[unit] ?? 1;
    const amount = Math.floor(rest / factor);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * factor;
  }
  return text;
}
