import { formatDuration, type Millis, millis, parseDuration } from "../../units/millis.ts";

/** At most `requests` in any window of `per` from one address. */
export interface RateLimit {
  readonly requests: number;
  readonly per: Millis;
}

const UNITS: Readonly<Record<string, Millis>> = {
  s: millis(1_000),
  sec: millis(1_000),
  second: millis(1_000),
  m: millis(60_000),
  min: millis(60_000),
  minute: millis(60_000),
  h: millis(3_600_000),
  hour: millis(3_600_000),
};

const MOST_REQUESTS = 1_000_000_000;
const LONGEST = millis(24 * 3_600_000);

/** Reads `100/min`, `10/s`, `1000/10m`; the window is a day at most. `undefined` for anything else. */
export function parseRate(text: string): RateLimit | undefined {
  const match = /^(\d{1,10}) ?\/ ?(.{1,40})$/.exec(text.trim());
  const window = match?.[2]?.toLowerCase() ?? "";
  const per = Object.hasOwn(UNITS, window) ? UNITS[window] : parseDuration(window);
  const requests = Number(match?.[1] ?? 0);
  if (per === undefined || per < 1 || per > LONGEST || requests < 1 || requests > MOST_REQUESTS) return undefined;
  return { requests, per };
}

/** `100/min`: the inverse of `parseRate`. */
export function formatRate({ requests, per }: RateLimit): string {
  const unit = ["s", "min", "hour"].find((name) => UNITS[name] === per);
  return `${requests}/${unit ?? formatDuration(per)}`;
}
