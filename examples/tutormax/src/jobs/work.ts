import { pause } from "../deadline.ts";
import { describeError, type Log } from "../log.ts";
import type { Delivery, Job, JobQueue } from "./queue.ts";

export interface Work {
  readonly queue: JobQueue;
  readonly worker: string;
  /** Safe to run twice for one job. */
  readonly run: (job: Job) => Promise<unknown>;
  readonly log: Log;
}

/** Milliseconds to wait for a job before looking again for abandoned ones, and whether to stop. */
export const WAIT: number = 500;
const LAST_ATTEMPT = 8;

/**
 * Takes jobs and runs them, one at a time, until `stopping` is aborted; the job at hand is finished first. A job that
 * fails is tried again after 1, 2, 4, ... 30 s, and given up after its eighth attempt.
 */
export async function work({ queue, worker, run, log }: Work, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    let delivery: Delivery | null = null;
    try {
      delivery = await queue.take(worker, WAIT);
      if (delivery === null) continue;
      const { job, attempt } = delivery;
      const started = performance.now();
      await run(job);
      await queue.remove(delivery);
      log.info("job done", { job: job.id, attempt, milliseconds: Math.round(performance.now() - started) });
    } catch (error) {
      if (stopping.aborted && delivery === null) return;
      const attempt = delivery?.attempt ?? 1;
      const fields = { job: delivery?.job.id, attempt, error: describeError(error) };
      log.warn(delivery === null ? "queue does not answer" : "job failed", fields);
      if (delivery !== null && attempt >= LAST_ATTEMPT) await giveUp(queue, delivery, log);
      await pause(Math.min(1_000 * 2 ** (attempt - 1), 30_000), stopping);
    }
  }
}

async function giveUp(queue: JobQueue, delivery: Delivery, log: Log): Promise<void> {
  try {
    await queue.remove(delivery);
    log.error("job given up", { job: delivery.job.id, attempt: delivery.attempt });
  } catch (error) {
    // It stays in the queue, and comes again.
    log.warn("queue does not answer", { error: describeError(error) });
  }
}
