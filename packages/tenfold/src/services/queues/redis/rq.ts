import type { DoneJobs, QueueFigures } from "../../../fleet/figures.ts";
import { age, many, number, type Send, scored } from "./reply.ts";

/** What the workers that are there now have done, of those that take jobs from this queue and no other. */
async function done(send: Send, name: string): Promise<DoneJobs> {
  const workers = many(await send("SMEMBERS", `rq:workers:${name}`)).map(String);
  const fields = ["queues", "successful_job_count", "failed_job_count", "total_working_time"];
  const told = await Promise.all(workers.map(async (worker) => many(await send("HMGET", worker, ...fields))));
  const own = told.filter(([queues]) => String(queues) === name);
  return {
    jobs: own.reduce((sum, [, succeeded, failed]) => sum + number(succeeded) + number(failed), 0),
    seconds: own.reduce((sum, [, , , seconds]) => sum + number(seconds), 0),
  };
}

/**
 * RQ: a list of identifiers, the first is next; each job knows when it was put in. Scheduled ones are in a sorted set by
 * the second, from which workers with a scheduler take them: without one they stay, so they do not count as waiting.
 */
export async function rq(send: Send, name: string, now: number): Promise<QueueFigures> {
  const [queued, started, next, scheduled, first, finished] = await Promise.all([
    send("LLEN", `rq:queue:${name}`),
    send("ZCARD", `rq:wip:${name}`),
    send("LINDEX", `rq:queue:${name}`, "0"),
    send("ZCARD", `rq:scheduled:${name}`),
    send("ZRANGE", `rq:scheduled:${name}`, "0", "0", "WITHSCORES"),
    done(send, name),
  ]);
  const since = next === null ? null : await send("HGET", `rq:job:${String(next)}`, "enqueued_at");
  const soonest = scored(first)[0];
  return {
    queued: number(queued),
    inFlight: number(started),
    oldest: next === null ? 0 : age(Date.parse(String(since)), now),
    arrived: null,
    later: { jobs: number(scheduled), due: soonest === undefined ? null : soonest.score * 1000 - now },
    done: finished,
  };
}
