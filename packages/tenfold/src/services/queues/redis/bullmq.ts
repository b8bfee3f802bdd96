import type { QueueFigures } from "../../../fleet/figures.ts";
import { age, many, number, type Send, scored } from "./reply.ts";

/** A delayed job's score is the time when it is due, and 12 bits that keep the order. */
const PER_MILLISECOND = 4096;
/** A prioritized job's score is its priority, and a counter. */
const PER_PRIORITY = 2 ** 32;
/** So many of those that are next are looked at for the age of the oldest, and so many priorities. */
const LOOKED_AT = 8;
/** Versions 4 and 5.0 wake their workers by such an entry among those that wait. */
const isMarker = (id: string): boolean => id.startsWith("0:");

/** For how long a job was put off when it was put in; its `delay` is 0 once it waits. */
function delayOf(opts: string): number {
  try {
    return number((JSON.parse(opts) as { readonly delay?: number } | null)?.delay);
  } catch {
    return 0;
  }
}

/**
 * How long a job has waited, by what is written down of it. `null` for another attempt: when it became due is not kept, and the time
 * when it was put in would make it look hours old.
 */
async function waited(send: Send, key: string, now: number): Promise<number | null> {
  const [timestamp, opts, begun] = many(await send("HMGET", key, "timestamp", "opts", "processedOn"));
  if (timestamp == null || begun != null) return null;
  return age(number(timestamp) + delayOf(String(opts ?? "")), now);
}

/** The first of each priority: within one, the first is the oldest. */
async function firstOfPriorities(send: Send, key: string): Promise<readonly string[]> {
  const found: string[] = [];
  let from = "-inf";
  while (found.length < LOOKED_AT) {
    const [first] = scored(await send("ZRANGEBYSCORE", key, from, "+inf", "WITHSCORES", "LIMIT", "0", "1"));
    if (first === undefined) break;
    found.push(first.member);
    from = String((Math.floor(first.score / PER_PRIORITY) + 1) * PER_PRIORITY);
  }
  return found;
}

/**
 * BullMQ 4 and up. `PREFIX:NAME:wait` is a list whose last entry is next, `prioritized` and `delayed` are sorted sets, and
 * `id` counts all that were ever added. Only workers move delayed jobs that are due to those that wait, so they count as waiting.
 * Nobody can take anything from a paused queue: nothing waits in it for workers. Some versions set what waits aside then.
 */
export async function bullmq(send: Send, name: string, now: number, prefix = "bull"): Promise<QueueFigures> {
  const key = (part: string): string => `${prefix}:${name}:${part}`;
  const due = String((now + 1) * PER_MILLISECOND - 1);
  const [paused, setAside, waiting, prioritized, active, id, delayed, overdue, first, next] = await Promise.all([
    send("HGET", key("meta"), "paused"),
    send("LLEN", key("paused")),
    send("LLEN", key("wait")),
    send("ZCARD", key("prioritized")),
    send("LLEN", key("active")),
    send("GET", key("id")),
    send("ZCARD", key("delayed")),
    send("ZCOUNT", key("delayed"), "-inf", due),
    send("ZRANGE", key("delayed"), "0", "0", "WITHSCORES"),
    send("LRANGE", key("wait"), `-${LOOKED_AT}`, "-1"),
  ]);
  const heads = many(next).map(String).reverse();
  const markers = heads.filter(isMarker).length;
  const queued = number(waiting) - markers + number(prioritized) + number(overdue);
  const figures = { inFlight: number(active), arrived: id === null ? null : number(id) };
  const later = number(delayed) - number(overdue);
  if (paused !== null)
    return { ...figures, queued: 0, oldest: 0, later: { jobs: later, due: null }, paused: queued + number(setAside) };
  const soonest = scored(first)[0];
  const until = soonest === undefined ? null : Math.floor(soonest.score / PER_MILLISECOND) - now;
  const ofHeads = async (ids: readonly string[]): Promise<readonly (number | null)[]> =>
    Promise.all(ids.map((each) => waited(send, key(each), now)));
  const [waits, urgent] = await Promise.all([
    ofHeads(heads.filter((each) => !isMarker(each))),
    firstOfPriorities(send, key("prioritized")).then(ofHeads),
  ]);
  const ages = [
    // Who stands behind another in the list has waited for a shorter time: the first that is known is the oldest that is.
    waits.find((each) => each !== null) ?? null,
    ...urgent,
    until !== null && until < 0 ? -until : null,
  ].filter((each) => each !== null);
  return {
    ...figures,
    queued,
    oldest: queued === 0 ? 0 : ages.length === 0 ? null : Math.max(...ages),
    later: { jobs: later, due: until },
  };
}
