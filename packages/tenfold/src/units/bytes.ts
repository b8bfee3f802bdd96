/** A size in bytes, never negative. */
export type Bytes = number & { readonly __unit: "Bytes" };

const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kb: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
};

/** Throws a RangeError when negative or not finite. */
export function bytes(value: number): Bytes {
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`${value} is no size`);
  return Math.round(value) as Bytes;
}

export function mebibytes(value: number): Bytes {
  return bytes(value * 1024 ** 2);
}

/** Reads `512mb`, `1.5g`, `64KiB`, or a bare number of bytes; units are powers of 1024. `undefined` otherwise. */
export function parseBytes(value: unknown): Bytes | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? bytes(value) : undefined;
  if (typeof value !== "string") return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b)?$/i.exec(value.trim());
  if (match === null) return undefined;
  const factor = FACTORS[(match[2] ?? "").toLowerCase()] ?? 1;
  const size = Number(match[1]) * factor;
  return Number.isFinite(size) ? bytes(size) : undefined;
}

/** `48.2 MB`: for people, three significant digits. */
export function formatBytes(value: Bytes): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let size: number = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  return `${size.toFixed(digits)} ${units[unit]}`;
}

/** `512mb`: exact, as configuration files of Redis and PostgreSQL read it. */
export function configBytes(value: Bytes): string {
  for (const [unit, factor] of [
    ["gb", 1024 ** 3],
    ["mb", 1024 ** 2],
    ["kb", 1024],
  ] as const) {
    if (value >= factor && value % factor === 0) return `${value / factor}${unit}`;
  }
  return `${value}`;
}
