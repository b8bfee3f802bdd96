import { z } from "zod";
import { ok, problems, type Result } from "../../fault/result.ts";
import type { Millis } from "../../units/millis.ts";
import { parsePercent } from "../../units/percent.ts";
import { duration, positiveDuration } from "../scalars.ts";
import { refuse, withTraits } from "../traits.ts";
import { parseRule } from "./parse-rule.ts";
import { noZone, parseSchedule } from "./parse-schedule.ts";
import { type QueueSource, sourceFields, sourceOf } from "./queue-source.ts";
import type { Rule } from "./rule.ts";
import { isZone, type Schedule, type ScheduleIn } from "./schedule.ts";

/** How the number of web instances moves between its bounds. */
export interface WebScaling {
  /** Requests should be answered within this time, but for so many of a hundred. */
  readonly target: Millis;
  readonly late: number;
  readonly thrift: "safe" | "cheap";
  /** Decisions are told, and nothing moves. */
  readonly dryRun: boolean;
  /** Connections that one instance opens to the database; `null`: they are no limit. */
  readonly connections: number | null;
  readonly rules: readonly Rule[];
  readonly schedules: readonly Schedule[];
}

/** How the number of workers of a queue moves between its bounds. */
export interface WorkerScaling {
  /** Who knows how many jobs wait; `null`: nobody. */
  readonly source: QueueSource | null;
  /** A job should not wait longer. */
  readonly wait: Millis;
  /** Jobs that one worker works on at once. */
  readonly jobs: number;
  /** What a job takes, where and until it is not measured; `null`: nobody has said. */
  readonly jobTime: Millis | null;
  /** Decisions are told, and nothing moves. */
  readonly dryRun: boolean;
  readonly rules: readonly Rule[];
  readonly schedules: readonly Schedule[];
}

function parsed<T>(expects: string, parse: (text: string) => Result<T>): z.ZodType<T, string> {
  return withTraits(
    z.string().transform((text, context): T => {
      const result = parse(text);
      if (result.ok) return result.value;
      for (const { message } of result.problems) context.addIssue({ code: "custom", message, input: text });
      return z.NEVER;
    }),
    { expects },
  );
}

function rules(example: string): z.ZodPrefault<z.ZodReadonly<z.ZodArray<z.ZodType<Rule, string>>>> {
  return z
    .array(parsed(`a rule such as ${example}`, parseRule))
    .readonly()
    .prefault([])
    .describe(`Thresholds that decide instead of the demand, such as ${example}.`);
}

const schedules = z
  .array(parsed("a schedule such as weekdays 08:00-18:00: min 5", (text) => parseSchedule(text, null)))
  .readonly()
  .prefault([])
  .describe("Bounds that hold at certain times, such as weekdays 08:00-18:00: min 5.");

const zone = parsed<string>("a time zone such as Europe/Berlin", (text) =>
  isZone(text) ? ok(text) : problems([{ path: "", message: noZone(text) }]),
)
  .prefault("UTC")
  .describe("The time zone of the schedules, such as Europe/Berlin.");

const dryRun = z
  .boolean()
  .prefault(false)
  .describe("Only tell what would be decided, in ps --why and the journal; the number stays.");

/** A schedule that names no time zone has the one that stands beside it. */
function withSchedules<T extends { readonly schedules: readonly ScheduleIn<null>[]; readonly zone: string }>(
  value: T,
): Omit<T, "schedules" | "zone"> & { readonly schedules: readonly Schedule[] } {
  const { schedules, zone, ...rest } = value;
  return { ...rest, schedules: schedules.map((one) => ({ ...one, zone: one.zone ?? zone })) };
}

const percent = withTraits(
  z.union([z.number(), z.string()]).transform((value, context): number => {
    const share = parsePercent(value);
    if (share !== undefined && share > 0 && share < 100) return share;
    return refuse(context, value);
  }),
  { expects: "a share such as 5%, between 0 and 100" },
);

const webFields = z
  .strictObject({
    target: positiveDuration.prefault("250ms").describe("Requests should be answered within this time."),
    late: percent.prefault("5%").describe("So many of them may take longer."),
    thrift: z.enum(["safe", "cheap"]).prefault("safe").describe("safe keeps more to spare than cheap."),
    connections: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe(
        "Connections that one instance opens to the pooler: the number never goes beyond what that accepts. Absent: as many as are seen.",
      ),
    rules: rules("cpu > 70% for 5m: +1"),
    schedules,
    zone,
    dryRun,
  })
  .meta({ id: "WebScaling" });

const workerFields = z
  .strictObject({
    ...sourceFields,
    wait: duration.prefault("30s").describe("A job should not wait longer."),
    jobs: z.number().int().min(1).max(1000).prefault(1).describe("Jobs that one worker works on at once."),
    jobTime: positiveDuration
      .optional()
      .describe(
        "What a job takes, until it was measured, and where it cannot be (list, celery, a command without arrived, prometheus). Absent: 1s is assumed.",
      ),
    rules: rules("queue > 100: +2"),
    schedules,
    zone,
    dryRun,
  })
  .meta({ id: "WorkerScaling" });

export const webScaling: z.ZodType<WebScaling> = webFields.transform(
  (value): WebScaling => ({ ...withSchedules(value), connections: value.connections ?? null }),
);

export const workerScaling: z.ZodType<WorkerScaling> = workerFields
  .transform(withSchedules)
  .transform(({ library, command, prometheus, ...value }, context): WorkerScaling => {
    return { ...value, jobTime: value.jobTime ?? null, source: sourceOf({ library, command, prometheus }, context) };
  });
