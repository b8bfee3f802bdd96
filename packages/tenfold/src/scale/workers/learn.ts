import type { WorkerMemory } from "./memory.ts";
import type { WorkerPolicy, WorkerSample } from "./policy.ts";

const JOBS_REMEMBERED = 2000;
/** What somebody said of a job counts as so many that were measured. */
const WORD = 10;
/** Seconds that a job is taken to need while nobody knows. */
const GUESS = 1;

type Learned = Pick<WorkerMemory, "jobSeconds" | "jobWeight" | "unfinished">;

/** Seconds that a job takes, as far as it is known. */
export function jobSecondsOf(memory: WorkerMemory | null, { jobSeconds }: Pick<WorkerPolicy, "jobSeconds">): number {
  return memory !== null && memory.jobWeight > 0 ? memory.jobSeconds : (jobSeconds ?? GUESS);
}

/** Learns what a job takes. A time in which workers were busy and finished none belongs to the job that they finish next. */
export function learnJob(memory: WorkerMemory, policy: WorkerPolicy, work: WorkerSample["work"]): Learned {
  const { jobWeight, unfinished = { busySeconds: 0, jobs: 0 } } = memory;
  const known = jobSecondsOf(memory, policy);
  const busySeconds = unfinished.busySeconds + (work?.busySeconds ?? 0);
  const jobs = unfinished.jobs + (work?.jobs ?? 0);
  if (jobs <= 0 || busySeconds <= 0) return { jobSeconds: known, jobWeight, unfinished: { busySeconds, jobs } };
  const weight = Math.min(JOBS_REMEMBERED, jobWeight + jobs);
  const word = jobWeight === 0 && policy.jobSeconds !== null ? WORD : 0;
  const share = Math.min(1, jobs / (weight + word));
  return {
    jobSeconds: known + share * (busySeconds / jobs - known),
    jobWeight: weight,
    unfinished: { busySeconds: 0, jobs: 0 },
  };
}
