/** Bounds that hold at certain times: `weekdays 08:00-18:00: min 5`. */
export interface Schedule {
  /** 0 is Sunday, as in `Date`. */
  readonly days: readonly number[];
  /** Minutes of the day; an end that is not after the start is on the next day. */
  readonly from: number;
  readonly to: number;
  /** A name of the IANA database, such as Europe/Berlin. */
  readonly zone: string;
  readonly min: number | null;
  readonly max: number | null;
}

/** A schedule as it is written, which may leave its time zone to whoever holds it. */
export type ScheduleIn<Zone extends string | null> = Omit<Schedule, "zone"> & { readonly zone: string | Zone };

const DAY_NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

export function formatTime(minutes: number): string {
  const pad = (value: number): string => `${value}`.padStart(2, "0");
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

function formatDays(days: readonly number[]): string {
  const key = [...days].sort((a, b) => a - b).join("");
  if (key === "0123456") return "daily";
  if (key === "12345") return "weekdays";
  if (key === "06") return "weekends";
  return days.map((day) => DAY_NAMES[day] ?? "").join(",");
}

/** The inverse of `parseSchedule`. */
export function formatSchedule({ days, from, to, zone, min, max }: Schedule): string {
  const bounds = [min === null ? [] : [`min ${min}`], max === null ? [] : [`max ${max}`]].flat();
  return `${formatDays(days)} ${formatTime(from)}-${formatTime(to)} ${zone}: ${bounds.join(", ")}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formats.set(zone, format);
  }
  return format;
}

/** Whether there is a time zone of that name. */
export function isZone(zone: string): boolean {
  try {
    clockOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Whether it holds at that time (milliseconds since 1970). */
export function isActive({ days, from, to, zone }: Schedule, now: number): boolean {
  const parts = clockOf(zone).formatToParts(now);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? "";
  const day = (DAY_NAMES as readonly string[]).indexOf(part("weekday").toLowerCase());
  const minute = Number(part("hour")) * 60 + Number(part("minute"));
  if (from < to) return days.includes(day) && minute >= from && minute < to;
  return (days.includes(day) && minute >= from) || (days.includes((day + 6) % 7) && minute < to);
}
