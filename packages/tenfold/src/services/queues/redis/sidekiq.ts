import type { QueueFigures } from "../../../fleet/figures.ts";
import { age, many, number, type Send, scored } from "./reply.ts";

/** Of those that are due next, all queues together. */
const LOOKED_AT = 200;

/**
 * Sidekiq: a list of jobs in JSON, the last is next; `enqueued_at` is in seconds, in milliseconds from version 8. Each
 * process has a hash of what its threads work on, whose name ends in `workers` up to version 6. Jobs for later and other
 * attempts are in sorted sets of all queues; processes move those that are due, so they count as waiting.
 */
export async function sidekiq(send: Send, name: string, now: number): Promise<QueueFigures> {
  const first = ["-inf", "+inf", "WITHSCORES", "LIMIT", "0", String(LOOKED_AT)];
  const [queued, next, processes, processed, scheduled, retried] = await Promise.all([
    send("LLEN", `queue:${name}`),
    send("LINDEX", `queue:${name}`, "-1"),
    send("SMEMBERS", "processes"),
    send("GET", "stat:processed"),
    send("ZRANGEBYSCORE", "schedule", ...first),
    send("ZRANGEBYSCORE", "retry", ...first),
  ]);
  const keys = many(processes).flatMap((id) => [`${String(id)}:work`, `${String(id)}:workers`]);
  const held = (await Promise.all(keys.map(async (key) => many(await send("HVALS", key))))).flat();
  const mark = `"queue":${JSON.stringify(name)}`;
  const isOurs = (job: unknown): boolean => String(job).includes(mark);
  const inFlight = held.filter(isOurs).length;
  const times = [...scored(scheduled), ...scored(retried)]
    .filter(({ member }) => isOurs(member))
    .map(({ score }) => score * 1000 - now);
  const overdue = times.filter((time) => time <= 0).length;
  const since = Number(/"enqueued_at":([\d.]+)/.exec(String(next))?.[1] ?? Number.NaN);
  const soonest = times.length === 0 ? null : Math.min(...times);
  const waited = next === null ? null : age(since < 1e11 ? since * 1000 : since, now);
  return {
    queued: number(queued) + overdue,
    inFlight,
    oldest: next === null && overdue === 0 ? 0 : Math.max(waited ?? 0, -(soonest ?? 0)),
    arrived: null,
    later: { jobs: null, due: soonest },
    // It counts for all queues: while only this one has anything in hand, it is this one's.
    ...(processed !== null && inFlight === held.length && { done: { jobs: number(processed), seconds: null } }),
  };
}
