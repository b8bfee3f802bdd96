import { z } from "zod";
import { type AppProcess, processFields, shorthand } from "../process.ts";
import { command } from "../scalars.ts";

/** The one process that enqueues work by the clock. */
export type Scheduler = AppProcess;

const fields = z.strictObject(processFields("the scheduler", "10s")).meta({ id: "Scheduler" });

export const scheduler: z.ZodType<Scheduler | false> = z.union([
  z.literal(false),
  command.transform((text) => fields.parse(shorthand(text))),
  fields,
]);
