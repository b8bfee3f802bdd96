import { activeOverride, bounded, limitsAt, overriding } from "../bounds.ts";
import type { Decision, HoldReason, Why } from "../decision.ts";
import { afterDecision, type Caution, cautiousWindow, freshSample, GAP, holdReason, keepFor } from "../patience.ts";
import type { RuleContext } from "../rules/decide.ts";
import { afterRules, chooseByRules } from "../rules/decide.ts";
import { forecast, startDemand } from "../web/forecast.ts";
import { NO_WORK } from "./change.ts";
import { inOtherSeconds } from "./in-other-seconds.ts";
import { expectedSeconds, jobSecondsOf, learnJob } from "./learn.ts";
import { freshWorkerMemory, type WorkerMemory } from "./memory.ts";
import type { WorkerCounts, WorkerPolicy, WorkerSample } from "./policy.ts";

const CAUTION: Caution = { weight: 1, most: 3, fadesADay: 0.5 };
/** How busy workers may be: wholly, for a queue takes what chance adds. */
const FILL = 1;
/** Share of the limit within which a backlog is to be gone: its last job is just in time. */
const BACKLOG_SHARE = 1;
/** A backlog of less than this share of what arrives within the limit is no reason to grow. */
const BACKLOG_IGNORED = 0.6;
/** A job that has waited for this share of the limit is. */
const OLD_SHARE = 0.5;
const LEVEL_SECONDS = 120;
const KEEP_LOAD = 0.55;
const KEEP_SHARE = 0.13;
/** How much is added to a number that lets jobs wait for too long, whatever is known of them. */
const STEP = 0.5;

export interface WorkerInput {
  /** `null` when the queue did not answer. */
  readonly sample: WorkerSample | null;
  readonly counts: WorkerCounts;
  readonly deploying: boolean;
}

export interface WorkerOutcome {
  readonly decision: Decision;
  readonly memory: WorkerMemory;
}

/**
 * How many workers one queue should have. Pure, like `decideWeb`. A number below the busy ones is never asked for, so
 * that whoever stops the idle ones first kills no job; and none at all only after nothing was queued or in flight for
 * the policy's time, and never where nobody knows what is in flight and a worker would lose its job.
 */
export function decideWorkers(
  policy: WorkerPolicy,
  input: WorkerInput,
  memory: WorkerMemory | null,
  now: number,
): WorkerOutcome {
  const { counts, deploying } = input;
  const from = counts.wanted;
  const before = memory ?? freshWorkerMemory(now, jobSecondsOf(null, policy));
  const override = activeOverride(policy.override, now);
  const sample = freshSample(input.sample, now);
  const bounds = override === null ? policy.bounds : overriding(policy.bounds);
  const conclude = (wanted: number, why: Why, held: HoldReason | null): Decision => {
    const { target, bound } = bounded(wanted, bounds, now);
    const busy = target < counts.busy && target < from;
    return { from, target: busy ? Math.min(from, counts.busy) : target, wanted, why, held, bound };
  };
  if (override !== null)
    return {
      decision: conclude(override.count, { kind: "override", ...override }, null),
      memory: watching(policy, { sample, counts, deploying }, { before, now, conclude }),
    };
  if (!policy.watched)
    return {
      decision: conclude(limitsAt(policy.bounds, now).low.count, { kind: "unwatched" }, null),
      memory: unseen(before, now),
    };
  if (sample === null)
    return { decision: conclude(from, { kind: "hold", reason: "no-metrics" }, "no-metrics"), memory: before };
  if (policy.rules.length > 0)
    return byRules(policy, sample, counts, { context: { memory: before.rules, deploying, now }, before, conclude });
  return byModel(policy, { sample, counts, deploying }, { before, now, conclude });
}

/** What is known after a time in which the model did not look: nothing of what is short-lived. */
function unseen(before: WorkerMemory, now: number): WorkerMemory {
  const patience = { ...before.patience, keeps: [] };
  return { ...before, at: now, since: now, demand: null, patience, idleSince: null, unfinished: NO_WORK, held: null };
}

/** The model looks on while somebody else sets the number. That moves it says nothing of the model's own patience. */
function watching(
  policy: WorkerPolicy,
  { sample, ...input }: WorkerInput,
  { before, now, conclude }: { readonly before: WorkerMemory; readonly now: number; readonly conclude: Conclude },
): WorkerMemory {
  if (!policy.watched || policy.rules.length > 0) return unseen(before, now);
  if (sample === null) return before;
  const { memory } = byModel(policy, { sample, ...input }, { before, now, conclude });
  return { ...memory, patience: { ...before.patience, keeps: memory.patience.keeps } };
}

type Conclude = (wanted: number, why: Why, held: HoldReason | null) => Decision;

function byRules(
  policy: WorkerPolicy,
  sample: WorkerSample,
  counts: WorkerCounts,
  { context, before, conclude }: { context: RuleContext; before: WorkerMemory; conclude: Conclude },
): WorkerOutcome {
  const age = sample.queued === 0 ? 0 : sample.oldest;
  const metrics = { queue: sample.queued, ...(age === null ? {} : { age }) };
  const choice = chooseByRules(policy.rules, metrics, counts, context);
  const isLast = choice.wanted === 0 && counts.wanted > 0;
  const keepsOne = isLast && hasWork(sample, policy.boot);
  const why: Why = isLast && !keepsOne && perhapsBusy(policy, sample) ? { kind: "perhaps-busy" } : choice.why;
  const wanted = keepsOne || why.kind === "perhaps-busy" ? 1 : choice.wanted;
  const decision = conclude(wanted, why, choice.held);
  return {
    decision,
    memory: { ...unseen(before, context.now), rules: afterRules(choice.memory, decision, context.now) },
  };
}

/** Whether there is something to do, now or within a time. Only workers find what was put in for later. */
function hasWork({ queued, inFlight, due }: WorkerSample, within: number): boolean {
  return queued + (inFlight ?? 0) > 0 || (due !== null && due <= within);
}

/** Whether jobs came, went or were worked on since the look before, though nothing is left of them. */
function hasWorked({ arrivals, busy = 0, work }: WorkerSample): boolean {
  return arrivals !== 0 || busy > 0 || (work !== null && work.jobs > 0);
}

/** Whether the last worker may have a job that nobody knows of, and would lose it. */
function perhapsBusy({ finishes }: WorkerPolicy, { inFlight }: WorkerSample): boolean {
  return inFlight === null && !finishes;
}

function byModel(
  policy: WorkerPolicy,
  { sample, counts, deploying }: WorkerInput & { readonly sample: WorkerSample },
  { before: memory, now, conclude }: { before: WorkerMemory; now: number; conclude: Conclude },
): WorkerOutcome {
  const from = counts.wanted;
  const gap = memory.demand === null || now - memory.at > GAP;
  const seconds = gap ? 5 : Math.max(0.5, (now - memory.at) / 1000);
  const before: WorkerMemory = gap ? unseen(memory, now) : memory;
  const learned = learnJob(before, policy, sample.work, {
    inHand: Math.min(sample.inFlight ?? 0, counts.ready * policy.slots),
    isWaitedFor: sample.queued > 0,
    seconds,
  });
  const jobSeconds = expectedSeconds(learned, policy);
  const cost = jobSeconds / policy.slots;
  const coming = Math.max(0, sample.arrivals * cost + (sample.busy ?? 0) / policy.slots);
  const limit = policy.limit / 1000;
  const horizon = policy.boot / 1000 + 2 * seconds;
  const known =
    before.demand === null || sample.busy !== undefined
      ? before.demand
      : inOtherSeconds(before.demand, expectedSeconds(before, policy), jobSeconds);
  const ahead = forecast(known ?? startDemand(coming), coming, {
    seconds,
    horizon,
    memory: LEVEL_SECONDS,
  });
  // A queue evens out what is shorter than its limit: the level counts, and what is beyond it shows as a backlog.
  const load = ahead.memory.level;
  const waiting = backlogAtBoot(sample, counts, { cost, load, boot: policy.boot / 1000 });
  const ignored =
    sample.oldest !== null && sample.oldest > OLD_SHARE * policy.limit ? 0 : (BACKLOG_IGNORED * load * limit) / cost;
  const backlog = waiting > ignored ? (waiting * cost) / (BACKLOG_SHARE * limit) : 0;
  const some = hasWork(sample, horizon * 1000) ? 1 : 0;
  const isGuess = learned.jobWeight === 0 && policy.jobSeconds === null;
  const isStuck = areTooSlow(policy, { sample, counts, grewAt: before.patience.grewAt, horizon, now });
  const more = isStuck ? Math.min(from + Math.ceil(STEP * from), from + sample.queued) : 0;
  const isIdle = !hasWorked(sample) && !hasWork(sample, policy.idle);
  const idleSince = isIdle ? (before.idleSince ?? now) : null;
  // What is left of the level once nothing comes any more is no work.
  const need = isIdle ? some : Math.max(some, more, Math.ceil((load + backlog) / FILL - 1e-6));
  const fitting = Math.max(need, Math.ceil((load * (1 + KEEP_SHARE) + backlog + KEEP_LOAD) / FILL - 1e-6));
  const { keep, patience } = keepFor(before.patience, fitting, {
    now,
    window: cautiousWindow(before.patience),
  });
  const figures = {
    arrivals: ahead.memory.level / cost,
    jobSeconds,
    isGuess,
    queued: sample.queued,
    inFlight: sample.inFlight,
    oldest: sample.oldest,
    due: sample.due,
    need,
    keep,
  };
  const { wanted, why, held } = choose(
    policy,
    { from, need, keep, busy: counts.busy, perhapsBusy: perhapsBusy(policy, sample) },
    {
      why: { kind: "workers", figures },
      idleFor: idleSince === null ? 0 : now - idleSince,
      reason: holdReason(patience, { since: before.since, now, deploying }),
    },
  );
  const decision = conclude(wanted, why, held);
  return {
    decision,
    memory: {
      ...before,
      ...learned,
      at: now,
      demand: ahead.memory,
      idleSince,
      patience: afterDecision(patience, decision, { now, seconds }, CAUTION),
    },
  };
}

/**
 * Whether jobs wait for too long although all workers are busy, and no growth has yet to show its effect. One that never
 * gets ready does not keep others from coming; as many as are ready do, for then more would not help.
 */
function areTooSlow(
  { limit, slots }: WorkerPolicy,
  {
    sample: { oldest, inFlight },
    counts: { ready, starting },
    grewAt,
    horizon,
    now,
  }: {
    readonly sample: WorkerSample;
    readonly counts: WorkerCounts;
    readonly grewAt: number | null;
    readonly horizon: number;
    readonly now: number;
  },
): boolean {
  if (oldest === null || oldest <= limit || starting >= ready) return false;
  if (grewAt !== null && now - grewAt < horizon * 1000) return false;
  return inFlight === null || inFlight >= ready * slots;
}

/** Jobs that will wait when a worker that is launched now is ready. */
function backlogAtBoot(
  { queued }: WorkerSample,
  { ready, starting }: WorkerCounts,
  { cost, load, boot }: { readonly cost: number; readonly load: number; readonly boot: number },
): number {
  return Math.max(0, queued + ((load - ready - starting / 2) * boot) / cost);
}

function choose(
  policy: WorkerPolicy,
  {
    from,
    need,
    keep,
    busy,
    perhapsBusy,
  }: {
    readonly from: number;
    readonly need: number;
    readonly keep: number;
    readonly busy: number;
    readonly perhapsBusy: boolean;
  },
  { why, idleFor, reason }: { readonly why: Why; readonly idleFor: number; readonly reason: HoldReason | null },
): { wanted: number; why: Why; held: HoldReason | null } {
  if (need > from) return { wanted: Math.min(need, Math.max(3 * from, from + 10)), why, held: null };
  const isIdle = idleFor >= policy.idle && from > 0 && reason !== "deploy";
  if (isIdle && !perhapsBusy)
    return { wanted: 0, why: { kind: "idle", seconds: Math.round(idleFor / 1000) }, held: null };
  if (isIdle && from === 1 && policy.bounds.min === 0) return { wanted: 1, why: { kind: "perhaps-busy" }, held: null };
  const least = Math.max(keep, busy, 1);
  if (least >= from) return { wanted: from, why, held: null };
  if (reason !== null) return { wanted: from, why, held: reason };
  return { wanted: Math.max(least, from - Math.max(1, Math.ceil(0.1 * from))), why, held: null };
}
