import type { LoadCause } from "@tenfold/protocol";
import type { RedisFigures } from "../../fleet/figures.ts";
import { growth } from "../../fleet/observation.ts";
import { bytes, configBytes, formatBytes, mebibytes } from "../../units/bytes.ts";
import { grown, type Window } from "./cause.ts";

const GOOD_HIT_RATE = 0.8;
/** A rate of fewer means nothing. */
const LEAST_LOOKUPS = 500;
const NEARLY_FULL = 0.85;

function isCache(name: string): boolean {
  return name.startsWith("cache-");
}

function seriesOf({ looks }: Window, name: string): RedisFigures[] {
  return looks.flatMap(({ redis }) => {
    const found = [...redis].find(([member]) => member === name);
    return found === undefined ? [] : [found[1]];
  });
}

function namesOf({ looks }: Window): string[] {
  return [...new Set(looks.flatMap(({ redis }) => [...redis.keys()]))].toSorted();
}

/** Half as much again, in steps that people would write. */
function larger({ maxMemory }: RedisFigures): string {
  const step = mebibytes(64);
  return configBytes(bytes(Math.ceil((maxMemory * 1.5) / step) * step));
}

function cacheCauses(name: string, series: readonly RedisFigures[]): LoadCause[] {
  const last = series.at(-1);
  if (last === undefined) return [];
  const count = (of: (figures: RedisFigures) => number): number => grown(series.map(of), growth);
  const [hits, misses, evicted] = [
    count(({ hits }) => hits),
    count(({ misses }) => misses),
    count((one) => one.evicted),
  ];
  const lookups = hits + misses;
  const rate = lookups === 0 ? 1 : hits / lookups;
  const causes: LoadCause[] = [];
  if (evicted > 0 && lookups > 0)
    causes.push({
      name: "cache-evictions",
      level: "warning",
      subject: name,
      figure: `${evicted} entries were evicted, ${formatBytes(last.memory)} of ${formatBytes(last.maxMemory)} are used`,
      why: "what is needed does not fit, and is made again",
      change: `cache.memory: ${larger(last)}`,
    });
  if (lookups >= LEAST_LOOKUPS && rate < GOOD_HIT_RATE)
    causes.push({
      name: "cache-misses",
      level: "warning",
      subject: name,
      figure: `${Math.round(rate * 1_000) / 10} % of ${lookups} lookups were hits`,
      why:
        evicted > 0
          ? "entries are evicted before they are used again"
          : "entries expire, or were never written, before they are asked for",
      change:
        evicted > 0
          ? `cache.memory: ${larger(last)}`
          : "longer times to live in the application, or keys that more requests share",
    });
  return causes;
}

function durableCauses(name: string, series: readonly RedisFigures[]): LoadCause[] {
  const last = series.at(-1);
  if (last === undefined || last.maxMemory === 0 || last.memory < last.maxMemory * NEARLY_FULL) return [];
  return [
    {
      name: "redis-full",
      level: "error",
      subject: name,
      figure: `${formatBytes(last.memory)} of ${formatBytes(last.maxMemory)} are used`,
      why: "when it is full, writes fail: it never evicts",
      change: `redis.memory: ${larger(last)}; or times to live for what is kept`,
    },
  ];
}

export function redisCauses(window: Window): LoadCause[] {
  return namesOf(window).flatMap((name) => {
    const series = seriesOf(window, name);
    return isCache(name) ? cacheCauses(name, series) : durableCauses(name, series);
  });
}
