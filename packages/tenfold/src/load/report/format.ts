/** `0.42 ms`, `12.3 ms`, `1.25 s`: three digits. */
export function formatLatency(milliseconds: number): string {
  if (milliseconds >= 9_999.5) return `${(milliseconds / 1_000).toFixed(1)} s`;
  if (milliseconds >= 999.5) return `${(milliseconds / 1_000).toFixed(2)} s`;
  return `${milliseconds.toFixed(milliseconds >= 99.95 ? 0 : milliseconds >= 9.995 ? 1 : 2)} ms`;
}

/** `0 %`, `0.012 %`, `12.5 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  const digits = percent === 0 || percent >= 99.95 ? 0 : percent >= 1 ? 1 : percent >= 0.01 ? 3 : 5;
  return `${percent.toFixed(digits)} %`;
}

export function formatRate(rate: number): string {
  return `${rate >= 100 ? Math.round(rate) : rate.toFixed(1)}/s`;
}

/** A figure that a threshold was judged by, in the unit in which the threshold is written. */
export function formatActual({ text, actual }: { readonly text: string; readonly actual: number | null }): string {
  if (actual === null) return "nothing was measured";
  if (/%\s*$/.test(text)) return formatShare(actual);
  return /[a-z]\s*$/i.test(text) ? formatLatency(actual) : String(Math.round(actual * 100) / 100);
}
