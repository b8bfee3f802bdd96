import { z } from "zod";
import { filePath, line, possiblyEmptyLine } from "../scalars.ts";
import { refuse, withTraits } from "../traits.ts";
import { parseSchedule, type Schedule } from "./schedule.ts";

/** Where a store that speaks S3 is, and who asks. Values may hold `${VARIABLE}` references. */
export interface ObjectStore {
  /** `null`: Amazon's, of the region. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** When copies of the data are made, where they are kept, and for how long. */
export interface Backups {
  /** `null`: only when somebody asks. */
  readonly schedule: Schedule | null;
  /** Backups that are kept; the log is kept from the oldest of them on. */
  readonly keep: number;
  /** A directory, relative to the project's, or `s3://bucket/prefix`. */
  readonly to: string;
  /** Whether the log is copied as it is written, so that any moment can be restored. */
  readonly log: boolean;
  /** Whether a scheduled backup is tried by restoring it. */
  readonly verify: boolean;
  readonly s3: ObjectStore | null;
}

/** In the project's directory, and no part of its code. */
export const BACKUPS_DIRECTORY = ".tenfold-backups";

const schedule = withTraits(
  z.string().transform((text, context): Schedule => {
    const parsed = parseSchedule(text);
    return parsed === undefined ? refuse(context, text) : parsed;
  }),
  { expects: "a schedule such as daily at 03:00, every 6h, or a cron expression such as 0 3 * * *" },
);

// A copy: the traits of a shared schema would be those of every field that uses it.
const key = withTraits(possiblyEmptyLine.clone(), {
  expects: "a key, or a ${VARIABLE} that holds one",
  text: "template",
  secret: true,
});

const endpoint = withTraits(z.string().regex(/^https?:\/\/\S+$/), {
  expects: "a URL such as https://s3.example.com",
});

const store = z
  .strictObject({
    endpoint: endpoint.optional().describe("The store's URL. Absent: Amazon's, of the region."),
    region: line.prefault("us-east-1").describe("The store's region."),
    accessKey: key.describe("The access key's id: ${S3_ACCESS_KEY}."),
    secretKey: key.describe("The secret key, from a variable: ${S3_SECRET_KEY}."),
  })
  .meta({ id: "ObjectStore" });

const fields = z
  .strictObject({
    schedule: z
      .union([z.literal(false), schedule])
      .prefault("daily at 03:00")
      .describe("When a backup is made by itself, by the machine's clock; false: only by tenfold backup."),
    keep: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .prefault(7)
      .describe("Backups that are kept. The log is kept from the oldest of them on."),
    to: filePath.prefault(BACKUPS_DIRECTORY).describe("A directory, or s3://bucket/prefix of a store that speaks S3."),
    log: z
      .boolean()
      .prefault(true)
      .describe("Copy PostgreSQL's log as it is written, so that restore --to reaches every moment."),
    verify: z.boolean().prefault(true).describe("Try each scheduled backup by restoring it beside the fleet."),
    s3: store.optional().describe("How a store that speaks S3 is reached."),
  })
  .meta({ id: "Backups" });

const backupsFrom = (value: z.output<typeof fields>): Backups => ({
  schedule: value.schedule === false ? null : value.schedule,
  keep: value.keep,
  to: value.to,
  log: value.log,
  verify: value.verify,
  s3: value.s3 === undefined ? null : { ...value.s3, endpoint: value.s3.endpoint ?? null },
});

/** Without a word in the file, backups are made when somebody asks. */
const BY_HAND: Backups = { ...backupsFrom(fields.parse({})), schedule: null, log: false };

export const backups: z.ZodType<Backups> = z.union([
  z.boolean().transform((on) => (on ? backupsFrom(fields.parse({})) : BY_HAND)),
  fields.transform(backupsFrom),
]);
