import { z } from "zod";
import { type AppProcess, processFields, shorthand } from "../process.ts";
import { command, type Instances, instancesOrNone, line } from "../scalars.ts";
import { type WorkerScaling, workerScaling } from "../scaling/scaling.ts";
import { withTraits } from "../traits.ts";

/** Processes that take jobs from one queue. */
export interface Worker extends AppProcess {
  readonly instances: Instances;
  readonly queue: string;
  /** How the number moves between its bounds. */
  readonly scale: WorkerScaling;
}

export type Workers = Readonly<Record<string, Worker>>;

const fields = z
  .strictObject({
    ...processFields("a worker", "30s"),
    instances: instancesOrNone.prefault(1).describe("How many workers run, or the bounds between which it moves."),
    scale: workerScaling.prefault({}).describe("How the number moves between the bounds of instances."),
    queue: line.optional().describe("The queue that it takes jobs from; the worker's name when absent."),
  })
  .meta({ id: "Worker" });

const worker = z.union([command.transform((text) => fields.parse(shorthand(text))), fields]);

const workerName = withTraits(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/), {
  expects: "lower-case letters, digits and dashes, start with a letter, and be at most 31 long",
});

/** By name: lower-case letters, digits and dashes. */
export const workers: z.ZodType<Workers> = withTraits(
  z
    .record(workerName, worker)
    .transform((all) =>
      Object.fromEntries(Object.entries(all).map(([name, one]) => [name, { ...one, queue: one.queue ?? name }])),
    ),
  { expects: "a map of workers, such as reports: node worker.js" },
);
