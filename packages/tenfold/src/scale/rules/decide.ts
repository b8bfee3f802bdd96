import { formatRule, type Rule } from "../../spec/scaling/rule.ts";
import type { Decision, HoldReason, Why } from "../decision.ts";
import type { WebCounts, WebSample } from "../web/sample.ts";
import { evaluate, type Match, type Metrics, type RuleMemory } from "./evaluate.ts";

/** Growth waits for the effect of the one before: until what was launched serves and is seen. A fall waits longer, after any change. */
const GROW_AFTER = 60_000;
const SHRINK_AFTER = 300_000;

/** What rules ask for. */
export interface RuleChoice {
  readonly wanted: number;
  readonly why: Why;
  readonly held: HoldReason | null;
  readonly memory: RuleMemory;
}

export interface RuleContext {
  readonly memory: RuleMemory;
  readonly deploying: boolean;
  readonly now: number;
}

/** The metrics of the web tier as rules name them. */
export function webMetrics(sample: WebSample, counts: WebCounts): Metrics {
  const known = {
    cpu: sample.cpu,
    memory: sample.memory,
    queue: sample.queued,
    p95: sample.p95,
    errors: sample.failed,
    rps: counts.ready === 0 ? null : sample.arrivals / counts.ready,
  };
  return Object.fromEntries(Object.entries(known).filter((entry): entry is [string, number] => entry[1] !== null));
}

/** How far a rule's action changes a number. */
function change({ action }: Rule, from: number): number {
  switch (action.kind) {
    case "by":
      return action.count;
    case "share":
      return action.share > 0 ? Math.ceil(from * action.share) : Math.floor(from * action.share);
    case "hold":
      return 0;
  }
}

function why({ rule, value }: Match): Why {
  return { kind: "rule", rule: formatRule(rule), value };
}

/** What to remember of a decision by rules: a bound may have undone the change that they asked for. */
export function afterRules(memory: RuleMemory, { from, target }: Decision, now: number): RuleMemory {
  if (target === from) return memory;
  return { ...memory, changedAt: now, ...(target > from && { grewAt: now }) };
}

/** Thresholds as people write them. Growing wins over holding, holding over shrinking; the largest growth, the smallest shrinking. */
export function decideByRules(
  rules: readonly Rule[],
  sample: WebSample,
  counts: WebCounts,
  context: RuleContext,
): RuleChoice {
  return chooseByRules(rules, webMetrics(sample, counts), counts, context);
}

/** The same for any metrics; workers use it with those of their queue. */
export function chooseByRules(
  rules: readonly Rule[],
  metrics: Metrics,
  { wanted: from, starting }: Pick<WebCounts, "wanted" | "starting">,
  { memory, deploying, now }: RuleContext,
): RuleChoice {
  const named = rules.map((rule) => ({ name: formatRule(rule), rule }));
  const evaluated = evaluate(named, metrics, memory, now);
  const changes = evaluated.matches.map((match) => ({ match, by: change(match.rule, from) }));
  const since = (then: number | null | undefined): number => (then == null ? Number.POSITIVE_INFINITY : now - then);
  const grow = changes.filter(({ by }) => by > 0).sort((a, b) => b.by - a.by)[0];
  const keep = changes.find(({ match }) => match.rule.action.kind === "hold");
  const shrink = changes.filter(({ by }) => by < 0).sort((a, b) => b.by - a.by)[0];
  const still = (reason: HoldReason | null, by: Why = { kind: "rules-quiet" }): RuleChoice => ({
    wanted: from,
    why: by,
    held: reason,
    memory: evaluated.memory,
  });
  const changed = (by: number, match: Match): RuleChoice => ({
    wanted: Math.max(0, from + by),
    why: why(match),
    held: null,
    memory: evaluated.memory,
  });
  if (grow !== undefined) {
    if (starting > 0) return still("starting", why(grow.match));
    if (since(memory.grewAt) < GROW_AFTER) return still("change", why(grow.match));
    return changed(grow.by, grow.match);
  }
  if (keep !== undefined) return still(shrink === undefined ? null : "rule", why(keep.match));
  if (shrink === undefined) return still(null);
  if (deploying) return still("deploy", why(shrink.match));
  if (since(memory.changedAt) < SHRINK_AFTER) return still("recent-change", why(shrink.match));
  return changed(shrink.by, shrink.match);
}
