import { z } from "zod";
import { type AppProcess, processFields } from "../process.ts";
import { type Instances, instances } from "../scalars.ts";

/** Processes that take jobs from one queue. */
export interface Worker extends AppProcess {
  readonly instances: Instances;
  readonly queue: string;
}

export type Workers = Readonly<Record<string, Worker>>;

const worker = z.strictObject({
  ...processFields("a worker", 30),
  instances: instances.default({ min: 1, max: 1 }).describe("How many workers run, or {min, max}."),
  queue: z.string().min(1).optional().describe("The queue that it takes jobs from; the worker's name when absent."),
});

/** By name: lower-case letters, digits and dashes. */
export const workers: z.ZodType<Workers> = z
  .record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/), worker)
  .transform((all) =>
    Object.fromEntries(Object.entries(all).map(([name, one]) => [name, { ...one, queue: one.queue ?? name }])),
  );
