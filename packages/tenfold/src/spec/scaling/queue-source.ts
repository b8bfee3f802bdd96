import { z } from "zod";
import { type Command, command, line } from "../scalars.ts";
import { withTraits } from "../traits.ts";

/** The libraries whose queues in the durable Redis can be read. */
export const QUEUE_LIBRARIES = ["tenfold", "bullmq", "celery", "rq", "sidekiq", "list", "stream"] as const;

export type QueueLibrary = (typeof QUEUE_LIBRARIES)[number];

/** Queries whose answer is one number each. */
export interface QueueQueries {
  readonly depth: string;
  /** Seconds that the oldest job has waited, and jobs that are worked on. `null`: nobody knows. */
  readonly oldest: string | null;
  readonly inFlight: string | null;
}

/** Who knows how many jobs wait in a queue. */
export type QueueSource =
  | { readonly kind: "library"; readonly library: QueueLibrary }
  | { readonly kind: "command"; readonly command: Command }
  /** `url` may hold `${VARIABLE}` references; `null` is the fleet's own Prometheus. */
  | ({ readonly kind: "prometheus"; readonly url: string | null } & QueueQueries);

const url = withTraits(z.string().regex(/^https?:\/\/\S+$|\$\{/), {
  expects: "a URL such as http://127.0.0.1:9090, or a ${VARIABLE} that holds one",
  text: "template",
  secret: true,
});

const prometheus = z
  .strictObject({
    url: url
      .optional()
      .describe("Of the server; a user and a password may be in it. Absent: the fleet's own (monitoring)."),
    depth: line.describe('A query for how many jobs wait: rabbitmq_queue_messages_ready{queue="videos"}.'),
    oldest: line.optional().describe("A query for how many seconds the oldest of them has waited."),
    inFlight: line.optional().describe("A query for how many jobs are worked on."),
  })
  .meta({ id: "QueueQueries" });

interface Queries {
  readonly url?: string | undefined;
  readonly depth: string;
  readonly oldest?: string | undefined;
  readonly inFlight?: string | undefined;
}

/** The keys of a worker's `scale` that say where its queue is; at most one of them. */
export const sourceFields: {
  readonly library: z.ZodOptional<z.ZodType<QueueLibrary, QueueLibrary>>;
  readonly command: z.ZodOptional<z.ZodType<Command, string | readonly string[]>>;
  readonly prometheus: z.ZodOptional<z.ZodType<Queries, Queries>>;
} = {
  library: z
    .enum(QUEUE_LIBRARIES)
    .optional()
    .describe(
      "How the queue is kept in the durable Redis. Without it, a command or prometheus, its depth is not known, and only schedules move the number.",
    ),
  command: command
    .optional()
    .describe(
      'Instead of a library: it prints how many jobs wait, such as 120, or 120 35s with the age of the oldest, or {"queued": 120, "oldest": 35, "inFlight": 4}.',
    ),
  prometheus: prometheus.optional().describe("Instead of a library: queries of a Prometheus that knows the queue."),
};

type Given = z.infer<z.ZodObject<typeof sourceFields>>;

/** The source that was given; more than one is a problem. */
export function sourceOf({ library, command, prometheus }: Given, context: z.RefinementCtx): QueueSource | null {
  const given = Object.entries({ library, command, prometheus }).flatMap(([key, value]) =>
    value === undefined ? [] : [key],
  );
  const second = given[1];
  if (second !== undefined)
    context.addIssue({
      code: "custom",
      message: `is a second source of the same figures, beside ${given[0]}; keep one of them`,
      path: [second],
      input: { library, command, prometheus },
    });
  if (library !== undefined) return { kind: "library", library };
  if (command !== undefined) return { kind: "command", command };
  if (prometheus === undefined) return null;
  const { url = null, depth, oldest = null, inFlight = null } = prometheus;
  return { kind: "prometheus", url, depth, oldest, inFlight };
}
