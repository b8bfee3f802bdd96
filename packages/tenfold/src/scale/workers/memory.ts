import { FRESH_PATIENCE, type Patience } from "../patience.ts";
import { NO_RULE_MEMORY, type RuleMemory } from "../rules/evaluate.ts";
import type { DemandMemory } from "../web/memory.ts";
import type { Run, Work } from "./change.ts";

/** Jobs in hand at the last look; and how many of them have been so for how long while others waited and none ended. */
export interface Held {
  readonly inHand: number;
  readonly jobs: number;
  readonly seconds: number;
}

/** What is known of a job. What is absent was not yet learned when it was written. */
export interface JobMemory {
  readonly jobSeconds: number;
  /** How many jobs that is the mean of. */
  readonly jobWeight: number;
  /** Variance of what single jobs take, relative to its mean squared. */
  readonly spread?: number;
  /** What workers did since they last finished a job. */
  readonly unfinished?: Work;
  readonly held?: Held | null;
  /** The last looks, as far as jobs were longer, or shorter, than `jobSeconds` in all of them. */
  readonly longer?: Run | null;
  readonly shorter?: Run | null;
  /** A look in which jobs were so short that it has to be confirmed. */
  readonly doubted?: Omit<Run, "looks"> | null;
}

/** What the workers' model knows from the past. Plain data, kept in the journal. */
export interface WorkerMemory extends JobMemory {
  readonly at: number;
  readonly since: number;
  readonly demand: DemandMemory | null;
  readonly patience: Patience;
  /** Since when nothing has been queued or in flight; `null` when something is. */
  readonly idleSince: number | null;
  readonly rules: RuleMemory;
}

/** Knows nothing. */
export function freshWorkerMemory(now: number, jobSeconds: number): WorkerMemory {
  return {
    at: now,
    since: now,
    jobSeconds,
    jobWeight: 0,
    demand: null,
    patience: FRESH_PATIENCE,
    idleSince: null,
    rules: NO_RULE_MEMORY,
  };
}
