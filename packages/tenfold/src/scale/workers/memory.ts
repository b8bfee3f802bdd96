import { FRESH_PATIENCE, type Patience } from "../patience.ts";
import { NO_RULE_MEMORY, type RuleMemory } from "../rules/evaluate.ts";
import type { DemandMemory } from "../web/memory.ts";

/** What the workers' model knows from the past. Plain data, kept in the journal. */
export interface WorkerMemory {
  readonly at: number;
  readonly since: number;
  readonly jobSeconds: number;
  readonly jobWeight: number;
  /** What workers did since they last finished a job. */
  readonly unfinished?: { readonly busySeconds: number; readonly jobs: number };
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
