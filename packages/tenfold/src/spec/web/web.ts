import { z } from "zod";
import type { Millis } from "../../units/millis.ts";
import { type AppProcess, processFields, shorthand } from "../process.ts";
import { command, duration, type Instances, instances, positiveDuration } from "../scalars.ts";
import { type WebScaling, webScaling } from "../scaling/scaling.ts";
import { withTraits } from "../traits.ts";

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
  /** How the number moves between its bounds. */
  readonly scale: WebScaling;
}

const DEFAULT_HEALTH_PATH = "/";

const healthPath = withTraits(z.string().regex(/^\/[\x21-\x7e]*$/), {
  expects: "a path that starts with / and holds no spaces, such as /health",
});

const healthFields = z
  .strictObject({
    path: healthPath
      .optional()
      .describe("What to ask for; an answer from 200 to 399 passes. Absent: /, where any answer below 500 passes."),
    interval: positiveDuration.prefault("2s").describe("Time between two checks."),
    timeout: positiveDuration.prefault("5s").describe("A check that takes longer has failed."),
    start: positiveDuration
      .prefault("60s")
      .describe("How long an instance may take from its start to its first passing check."),
  })
  .meta({ id: "Health" });

const health = z
  .union([healthPath.transform((path) => healthFields.parse({ path })), healthFields])
  .transform(
    ({ path, ...rest }): Health => ({ path: path ?? DEFAULT_HEALTH_PATH, strict: path !== undefined, ...rest }),
  );

const fields = z
  .strictObject({
    ...processFields("an instance", "10s"),
    instances: instances.prefault(3).describe("How many instances run, or the bounds between which it moves."),
    health: health
      .prefault({})
      .describe("The health check: a path, or a map. Without a path, any answer below 500 to GET / passes."),
    sticky: z
      .union([z.enum(["cookie", "ip"]), z.literal(false)])
      .prefault(false)
      .describe("Whether a visitor stays on one instance, and by what."),
    balance: z
      .enum(["leastconn", "roundrobin", "ip"])
      .prefault("leastconn")
      .describe("How the balancer picks an instance."),
    concurrency: z
      .union([z.literal(false), z.number().int().min(1).max(1_000_000)])
      .prefault(false)
      .describe("Requests that one instance gets at once; more wait in the balancer."),
    slowStart: duration
      .prefault("10s")
      .describe("How long a new instance takes to reach its full share of the requests."),
    drain: duration
      .prefault("30s")
      .describe("How long requests and WebSockets in flight may take once an instance is leaving."),
    scale: webScaling.prefault({}).describe("How the number moves between the bounds of instances."),
  })
  .meta({ id: "Web" });

export const web: z.ZodType<Web> = z.union([command.transform((text) => fields.parse(shorthand(text))), fields]);
