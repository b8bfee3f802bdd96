import { z } from "zod";
import { type Bytes, mebibytes } from "../../units/bytes.ts";
import type { Millis } from "../../units/millis.ts";
import { sizeFrom } from "../scalars.ts";
import { withTraits } from "../traits.ts";
import { type AlertRules, alertRules } from "./alert-rules.ts";
import { type Receiver, receiver } from "./receivers.ts";
import { type Silence, silence } from "./silence.ts";
import { positiveOrZero, span } from "./spans.ts";

/** A Prometheus that reads the fleet's figures, and who is told when one of them is amiss. */
export interface Monitoring {
  /** Figures are read, and rules evaluated, so often. */
  readonly interval: Millis;
  readonly retention: Millis;
  readonly size: Bytes;
  /** Where each web instance answers with its own figures; `null`: nowhere. */
  readonly scrape: string | null;
  readonly alerts: Alerts;
}

/** Without receivers, Prometheus shows what is amiss and nobody is told. */
export interface Alerts {
  readonly to: readonly Receiver[];
  /** So long alerts are gathered before they are told together. */
  readonly gather: Millis;
  /** What still holds is told again after so long. */
  readonly repeat: Millis;
  readonly rules: AlertRules;
  readonly silence: readonly Silence[];
}

const path = withTraits(z.string().regex(/^\/[^\s"'\\]*$/), { expects: "a path such as /metrics" });

const alerts = z
  .strictObject({
    to: z.array(receiver).prefault([]).describe("Whom alerts are sent to. Without anybody, they are only to be seen."),
    gather: positiveOrZero.prefault("10s").describe("How long alerts are gathered, to be told in one message."),
    repeat: span.prefault("4h").describe("After how long an alert that still holds is told again."),
    rules: alertRules.prefault({}).describe("Other limits than the default ones, by rule; false: the rule is off."),
    silence: z
      .array(silence)
      .prefault([])
      .describe("When only critical alerts are sent, by the machine's clock: weekdays 22:00-06:00."),
  })
  .meta({ id: "Alerts" });

const fields = z
  .strictObject({
    interval: span.prefault("15s").describe("How often figures are read and rules are evaluated."),
    retention: span.prefault("15d").describe("How long figures are kept."),
    size: sizeFrom(mebibytes(64)).prefault("2gb").describe("Disk that figures may use; beyond it, the oldest go."),
    scrape: z
      .union([z.literal(false), path])
      .prefault(false)
      .describe(
        "Path of the application's own figures, such as /metrics: read from each web instance, past the balancer.",
      ),
    alerts: alerts.prefault({}).describe("What is an alert, and who is told."),
  })
  .meta({ id: "Monitoring" });

const monitoringFrom = ({ scrape, ...rest }: z.output<typeof fields>): Monitoring => ({
  ...rest,
  scrape: scrape === false ? null : scrape,
});

export const monitoring: z.ZodType<Monitoring | false> = z.union([
  z.boolean().transform((on) => (on ? monitoringFrom(fields.parse({})) : (false as const))),
  fields.transform(monitoringFrom),
]);
