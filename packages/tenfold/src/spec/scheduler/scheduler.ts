import { z } from "zod";
import { type AppProcess, processFields } from "../process.ts";

/** The one process that enqueues work by the clock. */
export type Scheduler = AppProcess;

const fields = z.strictObject(processFields("the scheduler", 10));

export const scheduler: z.ZodType<Scheduler | false> = z.union([
  z.literal(false),
  z
    .string()
    .min(1)
    .transform((text) => fields.parse({ command: text })),
  fields,
]);
