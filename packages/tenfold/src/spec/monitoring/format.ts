import { configBytes } from "../../units/bytes.ts";
import { formatDuration } from "../../units/millis.ts";
import type { Plain, PlainMap } from "../plain.ts";
import type { AlertRule, AlertRules } from "./alert-rules.ts";
import type { Alerts, Monitoring } from "./monitoring.ts";
import type { Receiver } from "./receivers.ts";
import { formatSilence } from "./silence.ts";

function without(fields: Readonly<Record<string, Plain | null>>): PlainMap {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Plain] => entry[1] !== null));
}

/** `resolved` escapes what looks like a reference and is none. */
function writeReceiver(receiver: Receiver, resolved: (text: string) => string): PlainMap {
  const { only } = receiver;
  switch (receiver.kind) {
    case "webhook":
      return without({ webhook: receiver.url, only });
    case "slack":
      return without({
        slack: receiver.url,
        channel: receiver.channel === null ? null : resolved(receiver.channel),
        only,
      });
    case "pagerduty":
      return without({ pagerduty: receiver.key, only });
    case "opsgenie":
      return without({ opsgenie: receiver.key, url: receiver.url, only });
    case "mail": {
      const { to, from, server, user, password, tls } = receiver;
      return without({ mail: without({ to, from, server, user, password, tls }), only });
    }
    default:
      return receiver satisfies never;
  }
}

function writeRule({ above, for: span, severity }: AlertRule): PlainMap {
  return without({ above, for: formatDuration(span), severity });
}

function writeRules(rules: AlertRules): PlainMap {
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [name, rule === false ? false : writeRule(rule)]),
  );
}

function writeAlerts({ to, gather, repeat, rules, silence }: Alerts, resolved: (text: string) => string): PlainMap {
  return {
    to: to.map((receiver) => writeReceiver(receiver, resolved)),
    gather: formatDuration(gather),
    repeat: formatDuration(repeat),
    rules: writeRules(rules),
    silence: silence.map(formatSilence),
  };
}

/** In the words of the file. */
export function writeMonitoring(monitoring: Monitoring | false, resolved: (text: string) => string): Plain {
  if (monitoring === false) return false;
  const { interval, retention, size, scrape, alerts } = monitoring;
  return {
    interval: formatDuration(interval),
    retention: formatDuration(retention),
    size: configBytes(size),
    scrape: scrape === null ? false : resolved(scrape),
    alerts: writeAlerts(alerts, resolved),
  };
}
