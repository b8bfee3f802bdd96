import { type Millis, parseDuration } from "../../units/millis.ts";

/** What a threshold is about. Percentiles, `max` and `mean` are latencies in milliseconds. */
export type Metric =
  | { readonly kind: "percentile"; readonly percent: number }
  | { readonly kind: "max" | "mean" }
  /** Failed requests: a share of all, or how many. */
  | { readonly kind: "errors"; readonly as: "share" | "count" }
  /** Requests that were answered in a second, or as a share of those that were intended. */
  | { readonly kind: "rate"; readonly as: "share" | "count" };

export type Comparison = "<" | "<=" | ">" | ">=";

/** A limit that a run must keep. */
export interface Threshold {
  readonly text: string;
  /** The step of a scenario that it is about; `null`: all requests. */
  readonly step: string | null;
  readonly metric: Metric;
  readonly comparison: Comparison;
  /** Milliseconds, a share from 0 to 1, or a count: by the metric. */
  readonly limit: number;
}

export type ParsedThreshold =
  | { readonly ok: true; readonly threshold: Threshold }
  | { readonly ok: false; readonly problem: string };

const METRICS = "p50, p90, p95, p99 and other percentiles, max, mean, errors, rate";
const FORM = /^(?:(?<step>.+): *)?(?<metric>[a-z]+(?:\d+(?:\.\d+)?)?) *(?<comparison>[<>]=?) *(?<limit>\S.*)$/i;

function parseShare(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?%$/.exec(text);
  return match === null ? undefined : Number(match[1]) / 100;
}

function parseCount(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** A bare number would be seconds to some and milliseconds to others. */
function parseLatency(text: string): Millis | undefined {
  return parseCount(text) === undefined ? parseDuration(text) : undefined;
}

function fail(text: string, what: string): ParsedThreshold {
  return { ok: false, problem: `${JSON.stringify(text)} ${what}` };
}

/** Why no run could keep a limit, or every one would; `null`: it means something. Nothing is answered in no time. */
function impossible(metric: Metric, comparison: Comparison, limit: number): string | null {
  const isShare = "as" in metric && metric.as === "share";
  if (isShare && limit > 1) return "compares with more than 100%, and no share is above 100%";
  const isLatency = !("as" in metric);
  const isNever =
    (comparison === "<" && limit <= 0) ||
    (comparison === "<=" && limit <= 0 && isLatency) ||
    (comparison === ">" && isShare && limit >= 1);
  return isNever ? "can never be kept" : null;
}

/** Reads `p95 < 250ms`, `errors < 0.1%`, `errors <= 3`, `rate > 98%`, `login: p99 < 1s`. */
export function parseThreshold(text: string): ParsedThreshold {
  const groups = FORM.exec(text.trim())?.groups;
  if (groups === undefined)
    return fail(text, 'is no threshold; write for example "p95 < 250ms", "errors < 0.1%" or "login: max < 1s"');
  const { metric: name = "", limit: limitText = "" } = groups;
  const word = name.toLowerCase();
  const comparison = groups.comparison as Comparison;
  const make = (metric: Metric, limit: number): ParsedThreshold => {
    const why = impossible(metric, comparison, limit);
    if (why !== null) return fail(text, why);
    return { ok: true, threshold: { text: text.trim(), step: groups.step ?? null, metric, comparison, limit } };
  };
  const percent = /^p(\d+(?:\.\d+)?)$/.exec(word)?.[1];
  const isLatency = percent !== undefined || word === "max" || word === "mean" || word === "avg";
  if (isLatency) {
    if (percent !== undefined && (Number(percent) <= 0 || Number(percent) > 100))
      return fail(text, `names ${name}, which is no percentile; they go from p0.1 to p100`);
    const limit = parseLatency(limitText);
    if (limit === undefined)
      return fail(text, `compares ${name} with ${limitText}; write a time with its unit, such as 250ms or 1s`);
    if (percent !== undefined) return make({ kind: "percentile", percent: Number(percent) }, limit);
    return make({ kind: word === "max" ? "max" : "mean" }, limit);
  }
  if (word === "errors" || word === "rate") {
    const share = parseShare(limitText);
    if (share !== undefined) return make({ kind: word, as: "share" }, share);
    const count = parseCount(limitText);
    if (count !== undefined) return make({ kind: word, as: "count" }, count);
    return fail(text, `compares ${word} with ${limitText}; write a share such as 0.1%, or a number`);
  }
  return fail(text, `is about ${name}, which is not measured; there are ${METRICS}`);
}
