import { Cron } from "croner";
import { formatDuration, type Millis, parseDuration, seconds } from "../../units/millis.ts";

/** When something is done by itself: from time to time, or by the clock of the machine. */
export type Schedule =
  | { readonly kind: "every"; readonly every: Millis }
  | { readonly kind: "cron"; readonly expression: string };

const SHORTEST = seconds(60);
const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** Reads `every 6h`, `hourly`, `daily at 03:00`, `sunday at 03:00`, or a cron expression of five fields. */
export function parseSchedule(text: string): Schedule | undefined {
  const words = text.trim().toLowerCase().replace(/\s+/g, " ");
  const every = /^every (.+)$/.exec(words);
  if (every !== null) {
    const length = parseDuration((every[1] ?? "").replaceAll(" ", ""));
    return length === undefined || length < SHORTEST ? undefined : { kind: "every", every: length };
  }
  if (words === "hourly") return { kind: "cron", expression: "0 * * * *" };
  const clock = /^(?:(daily|every day)|(?:weekly on )?([a-z]+)) at ([01]?\d|2[0-3]):([0-5]\d)$/.exec(words);
  if (clock !== null) {
    const day = clock[1] === undefined ? DAYS.indexOf(clock[2] ?? "") : "*";
    return day === -1 ? undefined : { kind: "cron", expression: `${Number(clock[4])} ${Number(clock[3])} * * ${day}` };
  }
  return words.split(" ").length === 5 && isCron(words) ? { kind: "cron", expression: words } : undefined;
}

function isCron(expression: string): boolean {
  try {
    return new Cron(expression, { paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}

/** The first time after `since` at which it is due, in milliseconds since 1970. Times of day are the machine's. */
export function dueAfter(schedule: Schedule, since: number): number {
  if (schedule.kind === "every") return since + schedule.every;
  const next = new Cron(schedule.expression, { paused: true }).nextRun(new Date(since));
  return next?.getTime() ?? Number.POSITIVE_INFINITY;
}

/** Text that `parseSchedule` reads back. */
export function formatSchedule(schedule: Schedule): string {
  return schedule.kind === "every" ? `every ${formatDuration(schedule.every)}` : schedule.expression;
}
