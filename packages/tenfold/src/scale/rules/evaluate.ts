import { formatMetric, type Metric, type Rule } from "../../spec/scaling/rule.ts";
import { GAP } from "../patience.ts";

/** The metrics at a moment, in their units (shares of 1, counts, milliseconds); what is not known is absent. */
export type Metrics = Readonly<Partial<Record<Metric, number>>>;

/** What rules remember: since when each holds, when the number changed, and what response times are usual. Plain data. */
export interface RuleMemory {
  readonly since: Readonly<Record<string, number>>;
  readonly changedAt: number | null;
  /** When it last grew. */
  readonly grewAt?: number | null;
  readonly baseline: { readonly p95: number; readonly weight: number } | null;
  readonly at: number | null;
}

export const NO_RULE_MEMORY: RuleMemory = { since: {}, changedAt: null, baseline: null, at: null };

/** A rule that holds, and the value that made it so. */
export interface Match {
  readonly rule: Rule;
  readonly value: string;
}

const BASELINE_SAMPLES = 720;
const LEAST_SAMPLES = 12;

function limitOf({ metric, limit }: Rule, memory: RuleMemory): number | null {
  if (limit.kind === "value") return limit.value;
  if (metric !== "p95" || memory.baseline === null || memory.baseline.weight < LEAST_SAMPLES) return null;
  return limit.times * memory.baseline.p95;
}

/** The rules that hold now, and what to remember. `names` are the rules' texts, which tell them apart. */
export function evaluate(
  rules: readonly { readonly name: string; readonly rule: Rule }[],
  metrics: Metrics,
  memory: RuleMemory,
  now: number,
): { readonly matches: readonly Match[]; readonly memory: RuleMemory } {
  const since: Record<string, number> = {};
  // Nobody knows what was in between.
  const watched = memory.at !== null && now - memory.at <= GAP ? memory.since : {};
  const matches: Match[] = [];
  let isSlow = false;
  for (const { name, rule } of rules) {
    const value = metrics[rule.metric];
    const limit = limitOf(rule, memory);
    if (value === undefined || limit === null || !(rule.above ? value > limit : value < limit)) continue;
    if (rule.limit.kind === "baseline") isSlow = true;
    const start = watched[name] ?? now;
    since[name] = start;
    if (now - start >= rule.lasting) matches.push({ rule, value: formatMetric(rule.metric, value) });
  }
  return {
    matches,
    memory: { ...memory, since, at: now, baseline: isSlow ? memory.baseline : learnBaseline(metrics, memory) },
  };
}

/** The usual response time: a slow mean, which does not learn from what is unusual. */
function learnBaseline({ p95 }: Metrics, { baseline }: RuleMemory): RuleMemory["baseline"] {
  if (p95 === undefined) return baseline;
  if (baseline === null) return { p95, weight: 1 };
  const weight = Math.min(BASELINE_SAMPLES, baseline.weight + 1);
  return { p95: baseline.p95 + (p95 - baseline.p95) / weight, weight };
}
