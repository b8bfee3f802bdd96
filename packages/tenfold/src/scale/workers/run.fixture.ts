import assert from "node:assert/strict";
import { millis } from "../../units/millis.ts";
import type { Decision } from "../decision.ts";
import { decideWorkers } from "./decide.ts";
import type { WorkerMemory } from "./memory.ts";
import type { WorkerPolicy, WorkerSample } from "./policy.ts";

export const POLICY: WorkerPolicy = {
  bounds: { min: 0, max: 50, schedules: [], connections: null },
  override: null,
  watched: true,
  rules: [],
  limit: millis(30_000),
  slots: 1,
  boot: millis(15_000),
  jobSeconds: 2,
  idle: millis(300_000),
  finishes: false,
};

export const NOTHING: Omit<WorkerSample, "at"> = {
  arrivals: 0,
  queued: 0,
  inFlight: 0,
  oldest: 0,
  due: null,
  work: null,
};

export interface Run {
  readonly policy?: WorkerPolicy;
  readonly from: number;
  readonly start?: number;
  readonly memory?: WorkerMemory | null;
  readonly seconds: number;
  readonly look: (
    second: number,
    wanted: number,
  ) => { readonly sample: Omit<WorkerSample, "at"> | null; readonly busy?: number; readonly deploying?: boolean };
}

/** Decisions on a queue that is looked at every five seconds; each number is there at once. */
export function run({ policy = POLICY, from, memory: given = null, start = 0, seconds, look }: Run): {
  decisions: Decision[];
  last: Decision;
  memory: WorkerMemory;
} {
  const decisions: Decision[] = [];
  let memory = given;
  let wanted = from;
  for (let second = start; second < start + seconds; second += 5) {
    const { sample, busy = 0, deploying = false } = look(second, wanted);
    const at = second * 1000;
    const counts = { wanted, ready: wanted, starting: 0, busy: Math.min(wanted, busy) };
    const outcome = decideWorkers(
      policy,
      { sample: sample === null ? null : { ...sample, at }, counts, deploying },
      memory,
      at,
    );
    ({ memory } = outcome);
    wanted = outcome.decision.target;
    decisions.push(outcome.decision);
  }
  const last = decisions.at(-1);
  assert.ok(last !== undefined && memory !== null);
  return { decisions, last, memory };
}
