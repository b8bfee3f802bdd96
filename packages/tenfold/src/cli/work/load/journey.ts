import { Fault } from "../../../fault/fault.ts";
import { escapeReferences } from "../../../fleet/references.ts";
import { checkReferences } from "../../../load/scenario/parse.ts";
import { replyRuleOf } from "../../../load/scenario/reply-rule.ts";
import type { Body, HttpStep, Journey, SocketStep, StatusRange, Step } from "../../../load/scenario/scenario.ts";
import { parseStatuses } from "../../../load/scenario/schema.ts";
import { seconds } from "../../../units/millis.ts";
import type { Input } from "../../command.ts";

const FINE: StatusRange = { from: 200, to: 399 };
const HOLD = seconds(10);
const EVERY = seconds(1);
/** The least that a step is. */
const BARE: HttpStep = {
  ...{ kind: "http", name: "", method: "GET", path: "/", headers: {}, body: null },
  ...{ expect: [FINE], captures: [], think: null, chance: 1 },
};

function headersFrom(input: Input): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of input.all("header")) {
    const match = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([^\r\n\0]*)$/.exec(line);
    if (match === null)
      throw new Fault("TF_ARGUMENT", `--header ${JSON.stringify(line)} is no header`, {
        hint: 'write for example --header "Accept: text/html"',
      });
    headers[match[1] ?? ""] = match[2] ?? "";
  }
  return headers;
}

function methodFrom(input: Input, body: Body | null): string {
  const method = input.text("method")?.toUpperCase() ?? (body === null ? "GET" : "POST");
  if (/^[A-Z][A-Z-]{0,20}$/.test(method)) return method;
  throw new Fault("TF_ARGUMENT", `--method ${JSON.stringify(method)} is no method`, { hint: "write for example POST" });
}

function expectFrom(input: Input): StatusRange {
  const text = input.text("expect");
  if (text === null) return FINE;
  const statuses = parseStatuses(text);
  if (statuses !== undefined) return statuses;
  throw new Fault("TF_ARGUMENT", `--expect ${JSON.stringify(text)} is no status`, {
    hint: "write for example 200, 2xx or 200-399",
  });
}

/** What visitors do when no scenario says it: one request, or one WebSocket. Fault: TF_ARGUMENT. */
export function journeysFrom(input: Input, url: URL): Journey[] {
  const path = escapeReferences(`${url.pathname}${url.search}`);
  const text = input.text("body");
  const body: Body | null = text === null ? null : { kind: "text", text };
  const shared = { path, headers: headersFrom(input), think: null, chance: 1 };
  if (url.protocol === "ws:" || url.protocol === "wss:") {
    const message = input.text("message");
    const timing = { every: EVERY, hold: HOLD, replies: replyRuleOf(message, undefined) };
    const step: SocketStep = { kind: "websocket", name: `WS ${url.pathname}`, message, ...timing, ...shared };
    return journeyOf(step);
  }
  const method = methodFrom(input, body);
  const name = `${method} ${url.pathname}`;
  const step: HttpStep = { kind: "http", name, method, body, expect: [expectFrom(input)], captures: [], ...shared };
  return journeyOf(step);
}

/** Journeys whose steps all have the headers that were typed, which win over their own. Fault: TF_ARGUMENT. */
export function withTypedHeaders(journeys: readonly Journey[], input: Input): Journey[] {
  const typed = headersFrom(input);
  checkTyped([{ ...BARE, headers: typed }]);
  const names = new Set(Object.keys(typed).map((name) => name.toLowerCase()));
  const merge = (step: Step): Step => {
    const own = Object.entries(step.headers).filter(([name]) => !names.has(name.toLowerCase()));
    return { ...step, headers: { ...Object.fromEntries(own), ...typed } };
  };
  return journeys.map((journey) => ({ ...journey, steps: journey.steps.map(merge) }));
}

/** Headers and bodies may refer to variables, so that no secret needs to be written where others see it. */
function checkTyped(steps: readonly Step[]): void {
  const [finding] = checkReferences(steps, [], (name) => process.env[name] !== undefined);
  if (finding !== undefined)
    throw new Fault("TF_ARGUMENT", `what is to be sent ${finding.message}`, {
      hint: "export the variable, or write $${ for the text ${",
    });
}

function journeyOf(step: Step): Journey[] {
  checkTyped([step]);
  return [{ name: "all", weight: 1, steps: [step] }];
}
