import { z } from "zod";
import { line } from "../scalars.ts";
import { withTraits } from "../traits.ts";
import type { Severity } from "./alert-rules.ts";

/** Whom alerts are sent to. Texts may hold `${VARIABLE}` references. */
export type Receiver = { readonly only: Severity | null } & (
  | { readonly kind: "webhook"; readonly url: string }
  | { readonly kind: "slack"; readonly url: string; readonly channel: string | null }
  | { readonly kind: "pagerduty"; readonly key: string }
  | { readonly kind: "opsgenie"; readonly key: string; readonly url: string | null }
  | ({ readonly kind: "mail" } & Mail)
);

export interface Mail {
  readonly to: string;
  readonly from: string;
  /** `host:port` of the server that sends it. */
  readonly server: string;
  readonly user: string | null;
  readonly password: string | null;
  readonly tls: boolean;
}

function secretText(pattern: RegExp, expects: string): z.ZodType<string, string> {
  return withTraits(z.string().regex(pattern), { expects, text: "template", secret: true });
}

const url = secretText(
  /^https?:\/\/\S+$|\$\{/,
  "a URL such as https://example.com/alerts, or a ${VARIABLE} that holds one",
);
const key = secretText(/\S/, "a key, or a ${VARIABLE} that holds one");
const only = z.enum(["critical"]).optional().describe("Send only alerts of this severity. Absent: all of them.");

const webhook = withTraits(
  z
    .strictObject({ webhook: url.describe("Alerts are posted here, as Alertmanager's JSON."), only })
    .meta({ id: "Webhook" }),
  { form: "a webhook" },
);

const slack = withTraits(
  z
    .strictObject({
      slack: url.describe("The URL of an incoming webhook: ${SLACK_URL}."),
      channel: line.optional().describe("Such as #operations. Absent: the webhook's own."),
      only,
    })
    .meta({ id: "Slack" }),
  { form: "Slack" },
);

const pagerduty = withTraits(
  z
    .strictObject({ pagerduty: key.describe("The integration key (Events API v2): ${PAGERDUTY_KEY}."), only })
    .meta({ id: "PagerDuty" }),
  { form: "PagerDuty" },
);

const opsgenie = withTraits(
  z
    .strictObject({
      opsgenie: key.describe("The key of an API integration: ${OPSGENIE_KEY}."),
      url: url.optional().describe("https://api.eu.opsgenie.com/ for accounts in the EU. Absent: the other one."),
      only,
    })
    .meta({ id: "Opsgenie" }),
  { form: "Opsgenie" },
);

const address = withTraits(z.string().regex(/^[^\s@]+@[^\s@]+$|\$\{/), {
  expects: "an address such as operations@example.com",
  text: "template",
});

const mailFields = z
  .strictObject({
    to: address.describe("Who gets it."),
    from: address.describe("Who it is from."),
    server: withTraits(z.string().regex(/^[^\s:]+:\d{1,5}$|\$\{/), {
      expects: "a host and a port such as smtp.example.com:587",
      text: "template",
    }).describe("The server that sends it: smtp.example.com:587."),
    user: key.optional().describe("Who logs in there. Absent: nobody does."),
    password: key.optional().describe("The password, from a variable: ${SMTP_PASSWORD}."),
    tls: z.boolean().prefault(true).describe("Refuse a server without STARTTLS."),
  })
  .meta({ id: "Mail" });

const mail = withTraits(
  z.strictObject({ mail: mailFields.describe("A mail, by SMTP."), only }).meta({ id: "MailReceiver" }),
  { form: "mail" },
);

/** One receiver, told by the one key that says what it is. */
export const receiver: z.ZodType<Receiver> = z.union([
  webhook.transform(({ webhook, only }): Receiver => ({ kind: "webhook", url: webhook, only: only ?? null })),
  slack.transform(
    ({ slack, channel, only }): Receiver => ({
      kind: "slack",
      url: slack,
      channel: channel ?? null,
      only: only ?? null,
    }),
  ),
  pagerduty.transform(({ pagerduty, only }): Receiver => ({ kind: "pagerduty", key: pagerduty, only: only ?? null })),
  opsgenie.transform(
    ({ opsgenie, url, only }): Receiver => ({ kind: "opsgenie", key: opsgenie, url: url ?? null, only: only ?? null }),
  ),
  mail.transform(
    ({ mail, only }): Receiver => ({
      kind: "mail",
      ...mail,
      user: mail.user ?? null,
      password: mail.password ?? null,
      only: only ?? null,
    }),
  ),
]);
