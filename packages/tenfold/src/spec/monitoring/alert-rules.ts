import { z } from "zod";
import { type Millis, seconds } from "../../units/millis.ts";
import { positiveOrZero } from "./spans.ts";

export type Severity = "critical" | "warning";

/** When an alert is raised, and how urgent it is. */
export interface AlertRule {
  /** In the unit of the rule; `null` where there is nothing to compare. */
  readonly above: number | null;
  /** How long it must hold. */
  readonly for: Millis;
  readonly severity: Severity;
}

interface Default extends AlertRule {
  /** For the reference: what is looked at, with its unit. */
  readonly what: string;
}

function rule(what: string, above: number | null, wait: number, severity: Severity = "warning"): Default {
  return { what, above, for: seconds(wait), severity };
}

export type AlertName =
  | "fleetDown"
  | "engineDown"
  | "memberDown"
  | "crashLoop"
  | "noReplica"
  | "primaryAlone"
  | "replicaLag"
  | "connections"
  | "poolerWaiting"
  | "cacheMisses"
  | "cacheEvictions"
  | "redisMemory"
  | "diskFull"
  | "webCpu"
  | "slowResponses"
  | "slowestResponses"
  | "errors"
  | "queueDepth"
  | "queueAge"
  | "queueUnreadable"
  | "backupFailed"
  | "backupOverdue"
  | "autoscalerAtMax";

/** Every trigger, as it is where the file says nothing. */
export const ALERT_RULES: Readonly<Record<AlertName, Default>> = {
  fleetDown: rule("No visitor is served.", null, 15, "critical"),
  engineDown: rule(
    "The engine does not answer: what runs goes on, and nothing is mended or scaled.",
    null,
    60,
    "critical",
  ),
  memberDown: rule("A member is not ready.", null, 60),
  crashLoop: rule("Restarts of a member within five minutes.", 3, 0),
  noReplica: rule("PostgreSQL or Redis has no replica that is ready, though the file wants one.", null, 60, "critical"),
  primaryAlone: rule("The primary has no replica that confirms its commits.", null, 60, "critical"),
  replicaLag: rule("Megabytes of the log that a replica has yet to replay.", 64, 60),
  connections: rule("Connections to the primary, in percent of max_connections.", 80, 300),
  poolerWaiting: rule("Seconds that a client has waited for a connection of the pool.", 1, 60),
  cacheMisses: rule("Lookups in the cache that find nothing, in percent.", 50, 900),
  cacheEvictions: rule("Keys that the cache evicts, in percent of those that are found in it.", 100, 900),
  redisMemory: rule("Memory of the durable Redis, in percent of its limit, beyond which writes fail.", 85, 300),
  diskFull: rule("Use of the disk that holds the data, in percent.", 90, 300, "critical"),
  webCpu: rule("Processor time of the web instances, in percent of a core each, on average.", 80, 300),
  slowResponses: rule(
    "Mean time to answer, in multiples of its median of the last day. With nginx, of the application's own figures, if monitoring.scrape says where.",
    2,
    300,
  ),
  slowestResponses: rule("95th percentile of the time to answer, likewise.", 2, 300),
  errors: rule("Requests answered with 500 and above or refused, in percent.", 5, 120, "critical"),
  queueDepth: rule("Jobs that wait in a queue.", 1000, 600),
  queueAge: rule("Seconds that the oldest job of a queue has waited.", 300, 300),
  queueUnreadable: rule("The figures of a queue cannot be read, so the number of its workers stays.", null, 120),
  backupFailed: rule("The last scheduled backup failed, or the log cannot be copied.", null, 0, "critical"),
  backupOverdue: rule("Minutes since a scheduled backup was due and not made.", 60, 0, "critical"),
  autoscalerAtMax: rule("A group runs as many members as the file allows.", null, 600),
};

export type AlertRules = Readonly<Record<AlertName, AlertRule | false>>;

const severity = z.enum(["critical", "warning"]).optional().describe("How urgent it is.");
const wait = positiveOrZero.optional().describe("How long it must hold before anybody is told.");

const timed = z.strictObject({ for: wait, severity }).meta({ id: "AlertRule" });
const measured = z
  .strictObject({
    above: z.number().min(0).optional().describe("The figure beyond which it is raised, in the unit of the rule."),
    for: wait,
    severity,
  })
  .meta({ id: "AlertThreshold" });

type Written = { above?: number | undefined; for?: Millis | undefined; severity?: Severity | undefined } | false;

function described(above: number | null, span: Millis, urgency: Severity): string {
  const limit = above === null ? "" : `above ${above}, `;
  return `Default: ${limit}for ${span / 1000} s, ${urgency}.`;
}

const shape = Object.fromEntries(
  Object.entries(ALERT_RULES).map(([name, { what, above, for: span, severity: urgency }]) => [
    name,
    z
      .union([z.literal(false), above === null ? timed : measured])
      .optional()
      .describe(`${what} ${described(above, span, urgency)}`),
  ]),
) as unknown as Record<AlertName, z.ZodOptional<z.ZodType<Written>>>;

/** What the file says of rules, each merged with what it does not say. */
export const alertRules: z.ZodType<AlertRules> = z
  .strictObject(shape)
  .meta({ id: "AlertRules" })
  .transform((written) => {
    const merged = (name: AlertName): AlertRule | false => {
      const { above, for: span, severity: urgency } = ALERT_RULES[name];
      const own = written[name];
      if (own === false) return false;
      return { above: own?.above ?? above, for: own?.for ?? span, severity: own?.severity ?? urgency };
    };
    const names = Object.keys(ALERT_RULES) as AlertName[];
    return Object.fromEntries(names.map((name) => [name, merged(name)])) as Record<AlertName, AlertRule | false>;
  });
