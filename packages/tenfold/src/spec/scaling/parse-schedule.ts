import { ok, problems, type Result } from "../../fault/result.ts";
import { nearest } from "../../units/nearest.ts";
import { isZone, type ScheduleIn } from "./schedule.ts";

const EXAMPLES = "weekdays 08:00-18:00: min 5, or sat,sun 22:00-06:00 Europe/Berlin: min 2, max 4";
const MOST = 1000;
const NAMED: Readonly<Record<string, readonly number[]>> = {
  daily: [0, 1, 2, 3, 4, 5, 6],
  weekdays: [1, 2, 3, 4, 5],
  weekends: [0, 6],
};
const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

function wrong(message: string): Result<never> {
  return problems([{ path: "", message }]);
}

function parseDay(text: string): number | undefined {
  const at = text.length < 3 ? -1 : DAYS.findIndex((day) => day.startsWith(text));
  return at < 0 ? undefined : at;
}

function parseDays(text: string): readonly number[] | undefined {
  const word = text.toLowerCase();
  if (Object.hasOwn(NAMED, word)) return NAMED[word];
  const days: number[] = [];
  for (const part of word.split(",")) {
    const [first = "", last = first] = part.split("-");
    const from = parseDay(first);
    const to = parseDay(last);
    if (from === undefined || to === undefined || part.split("-").length > 2) return undefined;
    for (let day = from; ; day = (day + 1) % 7) {
      if (!days.includes(day)) days.push(day);
      if (day === to) break;
    }
  }
  return days;
}

function parseTime(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  const hours = Number(match?.[1]);
  const minutes = Number(match?.[2]);
  return match !== null && minutes < 60 && hours * 60 + minutes <= 24 * 60 ? hours * 60 + minutes : undefined;
}

function parseBounds(text: string): { min: number | null; max: number | null } | undefined {
  const bounds: { min: number | null; max: number | null } = { min: null, max: null };
  for (const part of text.split(",")) {
    const match = /^\s*(min|max)\s+(\d{1,4})\s*$/i.exec(part);
    const which = match?.[1]?.toLowerCase();
    const count = Number(match?.[2]);
    if ((which !== "min" && which !== "max") || bounds[which] !== null || count > MOST) return undefined;
    bounds[which] = count;
  }
  return bounds;
}

/** What a name that is no time zone is told. */
export function noZone(name: string): string {
  const near = nearest(name, Intl.supportedValuesOf("timeZone"));
  const guess = near === undefined ? "" : ` (did you mean ${near}?)`;
  return `there is no time zone ${name}${guess}; write for example Europe/Berlin or UTC`;
}

/** Reads `weekdays 08:00-18:00: min 5`. Times are in `zone` unless the text names another time zone. */
export function parseSchedule<Zone extends string | null>(text: string, zone: Zone): Result<ScheduleIn<Zone>> {
  const shown = JSON.stringify(text.slice(0, 80));
  const match = /^\s*(\S+)\s+([\d:]+)\s*-\s*([\d:]+?)(?:\s+([A-Za-z][\w+/-]*))?\s*:\s+(.+)$/.exec(text.slice(0, 200));
  if (match === null) return wrong(`${shown} is no schedule; write for example ${EXAMPLES}`);
  const [, dayText = "", fromText = "", toText = "", zoneText, boundsText = ""] = match;
  const days = parseDays(dayText);
  if (days === undefined) {
    const near = nearest(dayText, [...Object.keys(NAMED), ...DAYS]);
    const guess = near === undefined ? "" : ` (did you mean ${near}?)`;
    return wrong(`${JSON.stringify(dayText)} are no days${guess}; write weekdays, weekends, daily, mon-fri or sat,sun`);
  }
  const from = parseTime(fromText);
  const to = parseTime(toText);
  if (from === undefined || to === undefined || from === 24 * 60)
    return wrong(`${fromText}-${toText} are no times of the day; write for example 08:00-18:00`);
  if (from === to) return wrong(`${fromText}-${toText} is no time at all; for the whole day, write 00:00-24:00`);
  if (zoneText !== undefined && !isZone(zoneText)) return wrong(noZone(zoneText));
  const bounds = parseBounds(boundsText);
  if (bounds === undefined)
    return wrong(`${JSON.stringify(boundsText)} are no bounds; write min 5, max 9, or both (at most ${MOST})`);
  if (bounds.min !== null && bounds.max !== null && bounds.min > bounds.max)
    return wrong(`min ${bounds.min} is more than max ${bounds.max}`);
  return ok({ days, from, to, zone: zoneText ?? zone, ...bounds });
}
