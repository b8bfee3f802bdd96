import type { QueueFigures } from "../../fleet/figures.ts";
import type { QueueLibrary } from "../../spec/scaling/queue-source.ts";
import type { Reply } from "../redis/resp.ts";

/** Sends one command to the durable Redis' master. */
export type Send = (...words: readonly string[]) => Promise<Reply>;

function number(reply: Reply): number {
  const value = Number(reply ?? 0);
  return Number.isFinite(value) ? value : 0;
}

/** An age from a time in milliseconds since 1970; `null` when there was none. */
function age(then: number, now: number): number | null {
  return Number.isFinite(then) && then > 0 ? Math.max(0, now - then) : null;
}

/** BullMQ 4 and up: `bull:NAME:wait` is a list whose last entry is next; `:id` counts all that were ever added. */
async function bullmq(send: Send, name: string, now: number, prefix = "bull"): Promise<QueueFigures> {
  const key = (part: string): string => `${prefix}:${name}:${part}`;
  const [waiting, prioritized, active, id] = await Promise.all([
    send("LLEN", key("wait")),
    send("ZCARD", key("prioritized")),
    send("LLEN", key("active")),
    send("GET", key("id")),
  ]);
  const next = await send("LINDEX", key("wait"), "-1");
  const added = next === null ? null : await send("HGET", key(String(next)), "timestamp");
  const queued = number(waiting) + number(prioritized);
  return {
    queued,
    inFlight: number(active),
    oldest: queued === 0 ? 0 : age(number(added), now),
    arrived: id === null ? null : number(id),
  };
}

/** Celery's Redis transport: a list by the queue's name, and a hash of all that is reserved by anyone. */
async function celery(send: Send, name: string): Promise<QueueFigures> {
  const [queued, reserved] = await Promise.all([send("LLEN", name), send("HLEN", "unacked")]);
  return {
    queued: number(queued),
    inFlight: number(reserved),
    oldest: number(queued) === 0 ? 0 : null,
    arrived: null,
  };
}

/** RQ: a list of identifiers, the first is next; each job knows when it was put in. */
async function rq(send: Send, name: string, now: number): Promise<QueueFigures> {
  const [queued, started, next] = await Promise.all([
    send("LLEN", `rq:queue:${name}`),
    send("ZCARD", `rq:wip:${name}`),
    send("LINDEX", `rq:queue:${name}`, "0"),
  ]);
  const since = next === null ? null : await send("HGET", `rq:job:${String(next)}`, "enqueued_at");
  return {
    queued: number(queued),
    inFlight: number(started),
    oldest: next === null ? 0 : age(Date.parse(String(since)), now),
    arrived: null,
  };
}

/**
 * Sidekiq: a list of jobs in JSON, the last is next; `enqueued_at` is in seconds, in milliseconds from version 8. Each
 * process has a hash of what its threads work on, whose name ends in `workers` up to version 6.
 */
async function sidekiq(send: Send, name: string, now: number): Promise<QueueFigures> {
  const [queued, next, processes] = await Promise.all([
    send("LLEN", `queue:${name}`),
    send("LINDEX", `queue:${name}`, "-1"),
    send("SMEMBERS", "processes"),
  ]);
  const keys = ((processes ?? []) as readonly Reply[]).flatMap((id) => [`${String(id)}:work`, `${String(id)}:workers`]);
  const held = await Promise.all(keys.map(async (key) => (await send("HVALS", key)) as readonly Reply[]));
  const mark = `"queue":${JSON.stringify(name)}`;
  const since = /"enqueued_at":([\d.]+)/.exec(String(next))?.[1];
  const then = Number(since ?? Number.NaN);
  return {
    queued: number(queued),
    inFlight: held.flat().filter((work) => String(work).includes(mark)).length,
    oldest: next === null ? 0 : age(then < 1e11 ? then * 1000 : then, now),
    arrived: null,
  };
}

async function list(send: Send, name: string): Promise<QueueFigures> {
  const queued = number(await send("LLEN", name));
  return { queued, inFlight: null, oldest: queued === 0 ? 0 : null, arrived: null };
}

/** A stream with one consumer group: what the group has not yet read, and what it has read and not acknowledged. */
async function stream(send: Send, name: string, now: number): Promise<QueueFigures> {
  const [group] = ((await send("XINFO", "GROUPS", name)) ?? []) as readonly (readonly Reply[])[];
  const field = (key: string): Reply => group?.[group.indexOf(key) + 1] ?? null;
  const last = String(field("last-delivered-id") ?? "0-0");
  const queued = group === undefined ? number(await send("XLEN", name)) : number(field("lag"));
  const next = ((await send("XRANGE", name, `(${last}`, "+", "COUNT", "1")) ?? []) as readonly (readonly Reply[])[];
  const first = String(next[0]?.[0] ?? "").split("-")[0];
  return {
    queued,
    inFlight: number(field("pending")),
    oldest: queued === 0 ? 0 : age(Number(first), now),
    arrived: null,
  };
}

/** How many jobs wait in a queue, and for how long. Rejects when Redis does not answer. */
export function readRedisQueue(library: QueueLibrary, send: Send, name: string, now: number): Promise<QueueFigures> {
  switch (library) {
    case "tenfold":
      // @tenfold/runtime keeps its queues by BullMQ, under a prefix of its own.
      return bullmq(send, name, now, "queues");
    case "bullmq":
      return bullmq(send, name, now);
    case "celery":
      return celery(send, name);
    case "rq":
      return rq(send, name, now);
    case "sidekiq":
      return sidekiq(send, name, now);
    case "list":
      return list(send, name);
    case "stream":
      return stream(send, name, now);
    default:
      return library satisfies never;
  }
}
