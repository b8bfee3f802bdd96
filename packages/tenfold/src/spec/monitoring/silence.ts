import { z } from "zod";
import { refuse, withTraits } from "../traits.ts";

/** A part of the week, by the clock of the machine, in which only what is critical is told. Minutes of the day. */
export interface Silence {
  /** From Sunday, 0; those on which it begins. */
  readonly days: readonly number[];
  readonly from: number;
  /** At or before `from`: on the next day. */
  readonly to: number;
}

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const NAMED: Readonly<Record<string, readonly number[]>> = {
  daily: EVERY_DAY,
  weekdays: [1, 2, 3, 4, 5],
  weekends: [0, 6],
};
const EXPECTS = "times such as 22:00-06:00, weekends 00:00-24:00 or sunday 02:00-04:00";

/** Reads `22:00-06:00`, `weekdays 22:00-06:00`, `sunday 02:00-04:00`; `undefined` for anything else. */
export function parseSilence(text: string): Silence | undefined {
  const match = /^(?:([a-z]+) )?(\d{1,2}):([0-5]\d) ?- ?(\d{1,2}):([0-5]\d)$/.exec(text.trim().toLowerCase());
  if (match === null) return undefined;
  const [, word, fromHour, fromMinute, toHour, toMinute] = match;
  const day = DAYS.indexOf(word ?? "");
  const days = word === undefined ? EVERY_DAY : day >= 0 ? [day] : Object.hasOwn(NAMED, word) ? NAMED[word] : undefined;
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  const most = 24 * 60;
  return days === undefined || from >= most || to > most || from === to ? undefined : { days, from, to };
}

function clock(minutes: number): string {
  const two = (value: number): string => `${value}`.padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Text that `parseSilence` reads back. */
export function formatSilence({ days, from, to }: Silence): string {
  const names: Readonly<Record<string, readonly number[]>> = { ...NAMED, daily: EVERY_DAY };
  const name = Object.keys(names).find((key) => names[key]?.join() === days.join()) ?? DAYS[days[0] ?? 0];
  return `${name} ${clock(from)}-${clock(to)}`;
}

export const silence: z.ZodType<Silence> = withTraits(
  z.string().transform((text, context): Silence => {
    const parsed = parseSilence(text);
    return parsed === undefined ? refuse(context, text) : parsed;
  }),
  { expects: EXPECTS },
);
