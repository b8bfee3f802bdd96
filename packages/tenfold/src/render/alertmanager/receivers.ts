import { expandReferences, type Lookup } from "../../fleet/references.ts";
import type { Receiver } from "../../spec/monitoring/receivers.ts";
import { Secret } from "../../units/secret.ts";

const TITLE = "{{ .CommonLabels.fleet }}: {{ .CommonLabels.alertname }} ({{ .Status }})";
const FIRING = "{{ .Annotations.description }}\nWhat to do: {{ .Annotations.action }}";
/** What was measured when it last held is no more so. */
const RESOLVED =
  'It was so from {{ .StartsAt.UTC.Format "2 January 15:04" }} to {{ .EndsAt.UTC.Format "2 January 15:04" }} UTC.';
const TEXT = `{{ range .Alerts }}{{ .Annotations.summary }} ({{ .Status }})\n{{ if eq .Status "resolved" }}${RESOLVED}{{ else }}${FIRING}{{ end }}\n\n{{ end }}`;

function isCritical(yes: string, no: string): string {
  return `{{ if eq .CommonLabels.severity "critical" }}${yes}{{ else }}${no}{{ end }}`;
}

/** How Alertmanager reaches somebody, by the key of its own configuration. Holds secrets. Fault: TF_ENV_MISSING. */
export function renderReceiver(receiver: Receiver, lookup: Lookup): Readonly<Record<string, readonly unknown[]>> {
  const reveal = (text: string): string => {
    const expanded = expandReferences(text, lookup);
    return expanded instanceof Secret ? expanded.reveal() : expanded;
  };
  const optional = (key: string, text: string | null): Readonly<Record<string, string>> =>
    text === null ? {} : { [key]: reveal(text) };
  switch (receiver.kind) {
    case "webhook":
      return { webhook_configs: [{ url: reveal(receiver.url), send_resolved: true }] };
    case "slack": {
      const channel = receiver.channel === null ? {} : { channel: receiver.channel };
      const text = { title: TITLE, text: TEXT, fallback: TITLE };
      return { slack_configs: [{ api_url: reveal(receiver.url), ...channel, send_resolved: true, ...text }] };
    }
    case "pagerduty":
      return {
        pagerduty_configs: [
          {
            routing_key: reveal(receiver.key),
            send_resolved: true,
            description: TITLE,
            severity: isCritical("critical", "warning"),
            details: { text: TEXT },
          },
        ],
      };
    case "opsgenie":
      return {
        opsgenie_configs: [
          {
            api_key: reveal(receiver.key),
            ...optional("api_url", receiver.url),
            send_resolved: true,
            message: TITLE,
            description: TEXT,
            priority: isCritical("P1", "P3"),
          },
        ],
      };
    case "mail":
      return {
        email_configs: [
          {
            to: reveal(receiver.to),
            from: reveal(receiver.from),
            smarthost: reveal(receiver.server),
            ...optional("auth_username", receiver.user),
            ...optional("auth_password", receiver.password),
            require_tls: receiver.tls,
            send_resolved: true,
            headers: { Subject: TITLE },
            html: "",
            text: TEXT,
          },
        ],
      };
    default:
      return receiver satisfies never;
  }
}
