import { monitoringOf } from "../../spec/local.ts";
import type { AlertName } from "../../spec/monitoring/alert-rules.ts";
import type { Spec } from "../../spec/spec.ts";
import { formatDuration } from "../../units/millis.ts";
import { toYaml } from "../yaml.ts";
import { DATA_TRIGGERS } from "./triggers/data.ts";
import { MEMBER_TRIGGERS } from "./triggers/members.ts";
import { QUEUE_TRIGGERS } from "./triggers/queues.ts";
import type { Trigger } from "./triggers/trigger.ts";
import { WEB_TRIGGERS, webRecordings } from "./triggers/web.ts";

export const TRIGGERS: readonly Trigger[] = [...MEMBER_TRIGGERS, ...WEB_TRIGGERS, ...QUEUE_TRIGGERS, ...DATA_TRIGGERS];

/** `FleetDown`: what Prometheus calls the alert of a rule. */
export function alertName(name: AlertName): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

/** The rules of the file, for what the fleet has, in Prometheus' format. */
export function renderRules(spec: Spec): string {
  const monitoring = monitoringOf(spec);
  const rules = TRIGGERS.flatMap(({ name, concerns, holds, summary, description, action }) => {
    const rule = monitoring?.alerts.rules[name] ?? false;
    if (rule === false || !concerns(spec)) return [];
    return [
      {
        alert: alertName(name),
        expr: holds(rule.above ?? 0),
        for: formatDuration(rule.for),
        labels: { severity: rule.severity },
        annotations: { summary, description, action },
      },
    ];
  });
  const groups = [
    { name: "tenfold-figures", rules: webRecordings(spec) },
    { name: "tenfold-alerts", rules },
  ];
  return `# Rendered by Tenfold.\n${toYaml({ groups })}`;
}
