import { ok, type Result } from "../fault/result.ts";
import { parseTraffic } from "../traffic/parse-traffic.ts";
import type { Stretch } from "../traffic/stretch.ts";
import type { Trace } from "./trace.ts";

/** Reads recorded traffic, second by second. */
export function parseTrace(text: string, name: string): Result<Trace> {
  const parsed = parseTraffic(text);
  if (!parsed.ok) return parsed;
  const { start, stretches } = parsed.value;
  return ok({ name, start, rate: ratesOf(stretches) });
}

/** How many come in each second. */
function ratesOf(stretches: readonly Stretch[]): Float64Array {
  const total = stretches.reduce((sum, { seconds }) => sum + seconds, 0);
  const rate = new Float64Array(Math.ceil(total - 1e-6));
  let start = 0;
  for (const { seconds, from, to } of stretches) {
    const end = start + seconds;
    for (let t = Math.floor(start); t < Math.min(end, rate.length); t += 1) {
      const [begin, stop] = [Math.max(start, t), Math.min(end, t + 1)];
      const middle = from + ((to - from) * ((begin + stop) / 2 - start)) / seconds;
      rate[t] = (rate[t] ?? 0) + middle * (stop - begin);
    }
    start = end;
  }
  return rate;
}
