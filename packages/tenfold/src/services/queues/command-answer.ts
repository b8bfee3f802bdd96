import type { QueueFigures } from "../../fleet/figures.ts";
import { parseDuration } from "../../units/millis.ts";
import { Unread } from "./unread.ts";

const EXPECTED = 'it must print how many jobs wait, such as 120, or 120 35s, or {"queued": 120, "oldest": 35}';
const SHOWN = 60;
const COUNTS = ["queued", "inFlight", "arrived"] as const;

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function age(value: unknown): number | undefined {
  return typeof value === "number" || typeof value === "string" ? parseDuration(value) : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function fromObject(given: Record<string, unknown>): QueueFigures | undefined {
  const [queued, inFlight, arrived] = COUNTS.map((key) => (given[key] == null ? null : count(given[key])));
  const oldest = given.oldest == null ? null : age(given.oldest);
  if (queued == null || inFlight === undefined || arrived === undefined || oldest === undefined) return undefined;
  return { queued, inFlight, oldest, arrived };
}

function fromWords(text: string): QueueFigures | undefined {
  const [first = "", second, ...more] = text.split(/\s+/);
  const queued = /^\d{1,15}(\.\d+)?$/.test(first) ? Number(first) : undefined;
  const oldest = second === undefined ? null : age(second);
  if (queued === undefined || oldest === undefined || more.length > 0) return undefined;
  return { queued, inFlight: null, oldest, arrived: null };
}

/**
 * What a command printed of a queue: `120`, `120 35s` with the age of the oldest job, or JSON with `queued`, and
 * `oldest` (seconds, or a duration), `inFlight` and `arrived` (ever put in) as far as they are known. Throws Unread.
 */
export function parseQueueAnswer(printed: string): QueueFigures {
  const text = printed.trim();
  const given = parseObject(text);
  const figures = given === undefined ? fromWords(text) : fromObject(given);
  if (figures !== undefined) return figures;
  const found = text === "" ? "nothing" : JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
  throw new Unread(`its command printed ${found}; ${EXPECTED}`);
}
