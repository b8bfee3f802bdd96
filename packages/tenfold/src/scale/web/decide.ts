import { activeOverride, bounded, type Override, overriding } from "../bounds.ts";
import type { Decision, HoldReason, Why } from "../decision.ts";
import { quantile } from "../histogram.ts";
import { afterDecision, type Caution, freshSample, GAP, holdReason, keepFor, wouldReverse } from "../patience.ts";
import { afterRules, decideByRules } from "../rules/decide.ts";
import { learnCost } from "./cost.ts";
import { drift, restartDrift, startDrift } from "./drift.ts";
import { forecast, reprice, startDemand } from "./forecast.ts";
import { learnShortfall } from "./learn.ts";
import { type DriftMemory, freshWebMemory, type WebMemory } from "./memory.ts";
import { tuningOf, type WebPolicy } from "./policy.ts";
import type { WebCounts, WebSample } from "./sample.ts";
import { BARE, sizeFor } from "./size.ts";

/** A fall leaves room for so many deviations of the next ten minutes, and more with every step of caution. */
const CALM_DEVIATIONS = 0.8;
const CAUTIOUS_DEVIATIONS = 0.4;
/** For how long fewer must have sufficed, milliseconds. */
const CALM = 90_000;
const CAUTION: Caution = { weight: 1, most: 20, fadesADay: 0.45 };
/** Caution helps little against surges, which nobody could foresee. */
const SURGE_CAUTION: Caution = { ...CAUTION, weight: 0.25 };
/** The most that a margin may be, a logarithm: what exceeds it was a crowd, and says nothing of what comes next. */
const MOST_MARGIN = 0.25;
/** Requests that queue now are worked off within so many seconds. */
const QUEUE_SECONDS = 15;
const FALL_SHARE = 0.04;

/** What is known at the moment of a decision. */
export interface WebInput {
  /** `null` when the measurements did not arrive. */
  readonly sample: WebSample | null;
  readonly counts: WebCounts;
  /** A release is being rolled out. */
  readonly deploying: boolean;
}

/** A decision, and what to give to the next one. */
export interface WebOutcome {
  readonly decision: Decision;
  readonly memory: WebMemory;
}

function conclude(
  policy: WebPolicy,
  from: number,
  now: number,
  made: { wanted: number; why: Why; held: HoldReason | null },
): Decision {
  const { target, bound } = bounded(made.wanted, policy.bounds, now);
  return { from, target, bound, ...made };
}

/**
 * How many web instances there should be. Pure: the same policy, input and memory give the same outcome at the same
 * time. It grows at once, to what the load needs when a launched instance would serve; it falls when fewer will suffice
 * for the next ten minutes too, and not within ten minutes after it grew. Every fall that had to be taken back makes it
 * more cautious, and days without one less. To take a fall back, what is forecast must need it without any margin.
 */
export function decideWeb(policy: WebPolicy, input: WebInput, memory: WebMemory | null, now: number): WebOutcome {
  const { counts, deploying } = input;
  const from = counts.wanted;
  const before = memory ?? freshWebMemory(now, policy.cost);
  const sample = freshSample(input.sample, now);
  const override = activeOverride(policy.override, now);
  if (sample === null) {
    const why: Why = { kind: "hold", reason: "no-metrics" };
    const usual = conclude(policy, from, now, { wanted: from, why, held: "no-metrics" });
    return { decision: byHand(policy, override, from, now) ?? usual, memory: before };
  }
  if (policy.rules.length > 0) {
    const {
      wanted,
      why,
      held,
      memory: rules,
    } = decideByRules(policy.rules, sample, counts, { memory: before.rules, deploying, now });
    const decision = byHand(policy, override, from, now) ?? conclude(policy, from, now, { wanted, why, held });
    return { decision, memory: { ...before, rules: afterRules(rules, decision, now), at: now } };
  }
  return byDemand(policy, { sample, counts, deploying, override }, before, now);
}

/** What a person has set. The model goes on watching beside it, and knows the load when it ends. */
function byHand(policy: WebPolicy, override: Override | null, from: number, now: number): Decision | null {
  if (override === null) return null;
  const { target, bound } = bounded(override.count, overriding(policy.bounds), now);
  return { from, target, bound, wanted: override.count, why: { kind: "override", ...override }, held: null };
}

type Measured = WebInput & { readonly sample: WebSample; readonly override: Override | null };

function byDemand(
  policy: WebPolicy,
  { sample, counts, deploying, override }: Measured,
  memory: WebMemory,
  now: number,
): WebOutcome {
  const from = counts.wanted;
  const gap = memory.demand === null || now - memory.at > GAP;
  const seconds = gap ? 5 : Math.max(0.5, (now - memory.at) / 1000);
  const before: WebMemory = gap
    ? { ...memory, since: now, demand: null, pending: [], patience: { ...memory.patience, keeps: [] } }
    : memory;
  const horizon = policy.boot / 1000 + 2 * seconds;
  const { covered } = tuningOf(policy);
  const learned = learnCost(before, sample, { deploying, ready: counts.ready, errorLimit: policy.errorLimit });
  const cost = learned.now;
  const load = sample.arrivals * Math.min(cost, learned.known.cost);
  const known = before.demand ?? startDemand(load);
  const ahead = forecast(reprice(known, learned.known.cost / before.cost, load), load, { seconds, horizon });
  const calm = drift(driftBefore(before, load), { load, level: ahead.memory.level }, now, seconds);
  const missed = learnShortfall(before, ahead.now, now, { horizon, seconds, cost });
  const margin = Math.exp(Math.min(MOST_MARGIN, quantile(missed.shortfall, covered)));
  const queue = (sample.queued * cost) / QUEUE_SECONDS;
  const certain = Math.max(ahead.surge ?? 0, learned.taken);
  const need = sizeFor(Math.max(ahead.expected * margin, certain) + queue, cost, policy);
  const barely = sizeFor(Math.max(ahead.expected, certain) + queue, cost, policy, BARE);
  const deviations = CALM_DEVIATIONS + CAUTIOUS_DEVIATIONS * before.patience.caution;
  const highest = Math.max(ahead.expected, calm.expected + deviations * calm.deviation);
  const { keep, patience } = keepFor(before.patience, Math.max(need, sizeFor(highest * margin, cost, policy)), {
    now,
    window: CALM,
  });
  const figures = {
    arrivals: sample.arrivals,
    cost: cost * 1000,
    load: Math.max(ahead.now, learned.taken),
    queued: sample.queued,
    forecast: ahead.surge === null ? ahead.expected : Math.max(ahead.expected, ahead.surge),
    margin,
    need,
    keep,
    surge: ahead.surge !== null,
  };
  const reason =
    sample.failed > policy.errorLimit ? "errors" : holdReason(patience, { since: before.since, now, deploying });
  const least = wouldReverse(before.patience, now) ? barely : need;
  const { wanted, held } = choose({ from, need, least, keep }, reason);
  const hand = byHand(policy, override, from, now);
  const decision = hand ?? conclude(policy, from, now, { wanted, why: { kind: "web", figures }, held });
  // What a person does is neither growth nor a fall of its own.
  const own = hand === null ? decision : { ...hand, target: from };
  return {
    decision,
    memory: {
      ...before,
      ...learned.known,
      at: now,
      demand: ahead.memory,
      drift: calm.memory,
      shortfall: missed.shortfall,
      pending: [...missed.pending, { at: now, forecast: ahead.expected }],
      patience: afterDecision(patience, own, { now, seconds }, ahead.surge === null ? CAUTION : SURGE_CAUTION),
    },
  };
}

/** What was learned of ten minutes' drift outlives a gap; older memories do not know it. */
function driftBefore({ demand, drift: known }: WebMemory, load: number): DriftMemory {
  if (!known) return startDrift(load);
  return demand === null ? restartDrift(known, load) : known;
}

/** Up at once, though at most threefold, and only if it has to be `least`; down in small steps. */
function choose(
  {
    from,
    need,
    least,
    keep,
  }: { readonly from: number; readonly need: number; readonly least: number; readonly keep: number },
  reason: HoldReason | null,
): { wanted: number; held: HoldReason | null } {
  if (need > from && least <= from) return { wanted: from, held: "fall" };
  if (need > from) return { wanted: Math.min(need, Math.max(3 * from, from + 10)), held: null };
  if (keep >= from) return { wanted: from, held: null };
  if (reason !== null) return { wanted: from, held: reason };
  return { wanted: Math.max(keep, from - Math.max(1, Math.ceil(FALL_SHARE * from))), held: null };
}
