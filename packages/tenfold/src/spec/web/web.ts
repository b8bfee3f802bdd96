import { z } from "zod";
import { type Millis, seconds } from "../../units/millis.ts";
import { type AppProcess, processFields } from "../process.ts";
import { duration, type Instances, instances } from "../scalars.ts";

/** How an instance shows that it can serve. */
export interface Health {
  readonly path: string;
  /** True when the user named the path: then only 2xx and 3xx pass. Otherwise any answer below 500 does. */
  readonly strict: boolean;
  readonly interval: Millis;
  readonly timeout: Millis;
  /** How long an instance may take from its start to its first passing check. */
  readonly start: Millis;
}

export type Sticky = false | "cookie" | "ip";
export type Balance = "leastconn" | "roundrobin" | "ip";

/** The web tier: identical, stateless instances behind the balancer. */
export interface Web extends AppProcess {
  readonly instances: Instances;
  readonly health: Health;
  readonly sticky: Sticky;
  readonly balance: Balance;
  /** Requests that one instance gets at once; more wait in the balancer. */
  readonly concurrency: number | false;
  readonly slowStart: Millis;
  /** How long requests and WebSockets in flight may take once an instance is leaving. */
  readonly drain: Millis;
}

const healthFields = z.strictObject({
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, "must start with / and hold no spaces")
    .default("/")
    .describe("What to ask for; any answer from 200 to 399 passes."),
  interval: duration.default(seconds(2)).describe("Time between two checks."),
  timeout: duration.default(seconds(5)).describe("A check that takes longer has failed."),
  start: duration
    .default(seconds(60))
    .describe("How long an instance may take from its start to its first passing check."),
});

const health = z
  .union([z.string(), healthFields])
  .optional()
  .transform((value, context): Health => {
    const fields = healthFields.safeParse(typeof value === "string" ? { path: value } : (value ?? {}));
    if (fields.success) return { ...fields.data, strict: value !== undefined };
    for (const issue of fields.error.issues) context.addIssue({ code: "custom", message: issue.message, input: value });
    return z.NEVER;
  });

export const web: z.ZodType<Web> = z.strictObject({
  ...processFields("an instance", 10),
  instances: instances.default({ min: 3, max: 3 }).describe("How many instances run, or {min, max}."),
  health: health.describe(
    "The health check: a path, or {path, interval, timeout, start}. Without it, any answer below 500 to GET / passes.",
  ),
  sticky: z
    .union([z.literal(false), z.enum(["cookie", "ip"])])
    .default(false)
    .describe("Whether a visitor stays on one instance, and by what."),
  balance: z
    .enum(["leastconn", "roundrobin", "ip"])
    .default("leastconn")
    .describe("How the balancer picks an instance."),
  concurrency: z
    .union([z.literal(false), z.number().int().min(1)])
    .default(false)
    .describe("Requests that one instance gets at once; more wait in the balancer."),
  slowStart: duration
    .default(seconds(10))
    .describe("How long a new instance takes to reach its full share of the requests."),
  drain: duration
    .default(seconds(30))
    .describe("How long requests and WebSockets in flight may take once an instance is leaving."),
});
