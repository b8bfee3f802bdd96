import type { Job } from "bullmq";
import type { JobState, JobView } from "../job.ts";
import type { Envelope } from "./envelope.ts";

const STATES: Readonly<Record<string, JobState>> = {
  waiting: "waiting",
  prioritized: "waiting",
  delayed: "delayed",
  active: "running",
  failed: "dead",
};

/** `null` for one that is done and not gone yet. */
export function viewOf(job: Job<Envelope>, queue: string, state: string): JobView | null {
  const known = STATES[state];
  if (known === undefined) return null;
  return {
    id: job.id ?? "",
    queue,
    task: job.name,
    data: job.data.d,
    state: known,
    failures: job.attemptsMade,
    attempts: job.opts.attempts ?? 1,
    progress: typeof job.progress === "number" ? null : (job.progress as { v: unknown }).v,
    error: job.failedReason || null,
    enqueuedAt: new Date(job.timestamp),
  };
}
