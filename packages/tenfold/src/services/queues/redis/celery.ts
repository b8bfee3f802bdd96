import type { QueueFigures } from "../../../fleet/figures.ts";
import { many, number, type Send } from "./reply.ts";

/** Kombu separates by these what it joins in a name. */
const SEPARATOR = "\x06\x16";
/** Kombu keeps each priority but the first in a list of its own: these are all that there may be (`priority_steps`). */
const PRIORITIES = ["", ...Array.from({ length: 9 }, (_, at) => `${SEPARATOR}${at + 1}`)];

/** So many of the reserved are looked at, in one step that holds Redis up for milliseconds. */
const LOOKED_AT = 1000;
/**
 * What is reserved, by where it was sent: `exchange, routing key, how many, ...`, and before it whether that is all.
 * An entry is JSON, `[message, exchange, routing key]`, and a message may be large: only its end leaves Redis.
 */
const RESERVED = `
local page = redis.call("HSCAN", KEYS[1], "0", "COUNT", ARGV[1])
local counts = {}
for at = 2, #page[2], 2 do
  local ending = string.match(string.sub(page[2][at], -600), '(, *"[^"]*", *"[^"]*"%])$') or "?"
  counts[ending] = (counts[ending] or 0) + 1
end
local told = { page[1] == "0" and 1 or 0 }
for ending, count in pairs(counts) do
  table.insert(told, ending)
  table.insert(told, count)
end
return told
`;

/** `, "exchange", "routing key"]` of an entry; `null` when it is none. */
function destination(ending: string): { readonly exchange: string; readonly key: string } | null {
  try {
    const [, exchange, key] = JSON.parse(`[0${ending}`) as readonly unknown[];
    return { exchange: String(exchange), key: String(key) };
  } catch {
    return null;
  }
}

/** Whether a routing key is one of a binding: words between dots, `*` for one of them, `#` for any number. */
function isBound(binding: string, key: string): boolean {
  const [words, given] = [binding.split("."), key.split(".")];
  if (words.includes("#")) return given.length >= words.length - 1 && (words[0] === "#" || words[0] === given[0]);
  return words.length === given.length && words.every((word, at) => word === "*" || word === given[at]);
}

/** How many of this queue's are reserved; `null` where that is not known. */
async function reservedOf(send: Send, name: string): Promise<number | null> {
  const [isAll, ...told] = many(await send("EVAL", RESERVED, "1", "unacked", String(LOOKED_AT)));
  if (number(isAll) === 0) return null;
  const bindings = new Map<string, Promise<readonly string[]>>();
  const keysOf = (exchange: string): Promise<readonly string[]> => {
    const known =
      bindings.get(exchange) ??
      send("SMEMBERS", `_kombu.binding.${exchange}`).then((found) => boundTo(name, many(found)));
    bindings.set(exchange, known);
    return known;
  };
  const counts = await Promise.all(
    told.map(async (ending, at) => {
      if (at % 2 !== 0) return 0;
      const sent = destination(String(ending));
      if (sent === null) return 0;
      // Without an exchange the key is the queue's name.
      const keys = sent.exchange === "" ? [name] : await keysOf(sent.exchange);
      return keys.some((key) => isBound(key, sent.key)) ? number(told[at + 1]) : 0;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The routing keys with which a queue is bound to an exchange. */
function boundTo(name: string, bindings: readonly unknown[]): string[] {
  const parts = bindings.map((binding) => String(binding).split(SEPARATOR));
  return parts.flatMap(([key = "", , queue]) => (queue === name ? [key] : []));
}

/**
 * Celery's Redis transport: a list for each priority of a queue, and a hash of what workers have reserved of all queues,
 * which is counted by where it was sent.
 */
export async function celery(send: Send, name: string): Promise<QueueFigures> {
  const [reserved, ...lists] = await Promise.all([
    reservedOf(send, name),
    ...PRIORITIES.map((priority) => send("LLEN", `${name}${priority}`)),
  ]);
  return {
    queued: lists.reduce<number>((sum, length) => sum + number(length), 0),
    inFlight: reserved,
    oldest: null,
    arrived: null,
  };
}
