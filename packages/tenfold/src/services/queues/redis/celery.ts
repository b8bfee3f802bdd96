import type { QueueFigures } from "../../../fleet/figures.ts";
import { number, type Send } from "./reply.ts";

/** Kombu keeps each priority but the first in a list of its own: these are all that there may be (`priority_steps`). */
const PRIORITIES = ["", ...Array.from({ length: 9 }, (_, at) => `\x06\x16${at + 1}`)];

/** Celery's Redis transport: a list for each priority of a queue, and a hash of all that is reserved by anyone. */
export async function celery(send: Send, name: string): Promise<QueueFigures> {
  const [reserved, ...lists] = await Promise.all([
    send("HLEN", "unacked"),
    ...PRIORITIES.map((priority) => send("LLEN", `${name}${priority}`)),
  ]);
  return {
    queued: lists.reduce<number>((sum, length) => sum + number(length), 0),
    inFlight: number(reserved),
    oldest: null,
    arrived: null,
  };
}
