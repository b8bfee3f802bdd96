import type { QueueFigures } from "../../../fleet/figures.ts";
import type { Reply } from "../../redis/resp.ts";
import { age, many, number, type Send } from "./reply.ts";

/** Where Redis does not know how many entries are unread, so many are counted. */
const COUNTED = 1000;
const COUNT = `return #redis.call("XRANGE", KEYS[1], ARGV[1], "+", "COUNT", ARGV[2])`;

function fieldOf(pairs: readonly Reply[]): (key: string) => Reply {
  return (key) => pairs[pairs.indexOf(key) + 1] ?? null;
}

/**
 * A stream with one consumer group: what the group has not yet read, and what it has read and not acknowledged. A stream
 * that is not there yet is empty.
 */
export async function stream(send: Send, name: string, now: number): Promise<QueueFigures> {
  if (number(await send("EXISTS", name)) === 0) return { queued: 0, inFlight: 0, oldest: 0, arrived: null };
  const [info, groups] = await Promise.all([send("XINFO", "STREAM", name), send("XINFO", "GROUPS", name)]);
  const whole = fieldOf(many(info));
  const [first] = many(groups);
  const group = fieldOf(many(first ?? null));
  const last = `(${String(group("last-delivered-id") ?? "0-0")}`;
  const added = whole("entries-added");
  const unread = async (): Promise<number> => {
    if (first === undefined) return number(whole("length"));
    // Redis does not know it after an entry among the unread was deleted, and before version 7.
    if (group("lag") !== null) return number(group("lag"));
    const counted = number(await send("EVAL", COUNT, "1", name, last, String(COUNTED)));
    if (counted < COUNTED || group("entries-read") === null) return counted;
    return Math.max(counted, Math.min(number(whole("length")), number(added) - number(group("entries-read"))));
  };
  const [queued, next] = await Promise.all([unread(), send("XRANGE", name, last, "+", "COUNT", "1")]);
  const oldest = String(many(many(next)[0] ?? null)[0] ?? "").split("-")[0];
  return {
    queued,
    inFlight: number(group("pending")),
    oldest: queued === 0 ? 0 : age(Number(oldest), now),
    arrived: added === null ? null : number(added),
  };
}
