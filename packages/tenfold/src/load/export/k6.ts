import { durationOf, type Profile } from "../arrivals/profile.ts";
import type { Arrivals, LoadPlan } from "../run/plan.ts";
import { BUILT_IN } from "../scenario/parse.ts";
import type { Body, Capture, HttpStep, SocketStep, Step } from "../scenario/scenario.ts";
import type { Threshold } from "../thresholds/threshold.ts";

export interface ExportOptions {
  readonly plan: Pick<LoadPlan, "journeys" | "arrivals" | "sender">;
  readonly url: URL;
  readonly thresholds: readonly Threshold[];
}

const COMMENT = "//";

/** JavaScript for text with references: a template literal. */
function template(text: string, captured: ReadonlySet<string>): string {
  if (!text.includes("${")) return JSON.stringify(text);
  const parts = text.split(/(\$\$\{|\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\})/);
  const literal = parts.map((part, at) => {
    if (at % 2 === 0) return part.replace(/[\\\x60]/g, "\\$&").replaceAll("${", "\\${");
    if (part === "$${") return "\\${";
    const [, name = "", fallback] = /^\$\{(\w+)(?::-([^}]*))?\}$/.exec(part) ?? [];
    return `\${${variable(name, captured)}${fallback === undefined ? "" : ` || ${JSON.stringify(fallback)}`}}`;
  });
  return `\`${literal.join("")}\``;
}

function variable(name: string, captured: ReadonlySet<string>): string {
  if (captured.has(name)) return `captured[${JSON.stringify(name)}]`;
  if (name === BUILT_IN[0]) return "(exec.scenario.iterationInTest + 1)";
  if (name === BUILT_IN[1]) return "crypto.randomUUID()";
  return `__ENV[${JSON.stringify(name)}]`;
}

function stage({ seconds, from, to }: Profile[number]): string[] {
  const round = (rate: number): number => Math.max(0, Math.round(rate));
  const jump = `{ target: ${round(from)}, duration: "0s" }`;
  return [jump, `{ target: ${round(to)}, duration: "${Math.round(seconds * 1_000)}ms" }`];
}

function executor(arrivals: Arrivals, most: number): string {
  if (arrivals.kind === "closed")
    return `{ executor: "constant-vus", vus: ${arrivals.visitors}, duration: "${arrivals.seconds}s" }`;
  const { profile } = arrivals;
  const [first] = profile;
  const isConstant =
    profile.length === 1 && first !== undefined && first.from === first.to && Number.isInteger(first.from);
  const vus = `preAllocatedVUs: 50, maxVUs: ${most}`;
  if (isConstant)
    return `{ executor: "constant-arrival-rate", rate: ${first.from}, timeUnit: "1s", duration: "${durationOf(profile)}s", ${vus} }`;
  const stages = profile.flatMap(stage).map((one) => `        ${one},\n`);
  return `{\n      executor: "ramping-arrival-rate",\n      startRate: ${Math.round(first?.from ?? 0)},\n      timeUnit: "1s",\n      ${vus},\n      stages: [\n${stages.join("")}      ],\n    }`;
}

/** The threshold as k6 writes it, with the metric it is about; `null`: k6 has none like it. */
function k6Threshold({ metric, comparison, limit, step }: Threshold): { metric: string; expression: string } | null {
  const tag = step === null ? "" : `{name:${step}}`;
  switch (metric.kind) {
    case "percentile":
      return { metric: `http_req_duration${tag}`, expression: `p(${metric.percent})${comparison}${limit}` };
    case "max":
      return { metric: `http_req_duration${tag}`, expression: `max${comparison}${limit}` };
    case "mean":
      return { metric: `http_req_duration${tag}`, expression: `avg${comparison}${limit}` };
    case "errors":
      return metric.as === "share"
        ? { metric: `http_req_failed${tag}`, expression: `rate${comparison}${limit}` }
        : null;
    case "rate":
      return metric.as === "count" ? { metric: `http_reqs${tag}`, expression: `rate${comparison}${limit}` } : null;
    default:
      return metric satisfies never;
  }
}

function thresholdLines(thresholds: readonly Threshold[]): string {
  const byMetric = new Map<string, string[]>();
  const comments: string[] = [];
  for (const threshold of thresholds) {
    const found = k6Threshold(threshold);
    if (found === null) comments.push(`    ${COMMENT} k6 has no threshold like ${JSON.stringify(threshold.text)}\n`);
    else byMetric.set(found.metric, [...(byMetric.get(found.metric) ?? []), found.expression]);
  }
  const lines = [...byMetric].map(([metric, all]) => `    ${JSON.stringify(metric)}: ${JSON.stringify(all)},\n`);
  return [...comments, ...lines].join("");
}

function captureLine({ name, source }: Capture): string {
  const to = `captured[${JSON.stringify(name)}]`;
  switch (source.from) {
    case "json": {
      const path = source.path.replace(/^\$\.?/, "").replace(/\[(\d+)\]/g, ".$1");
      return `${to} = response.json(${JSON.stringify(path)});`;
    }
    case "header":
      return `${to} = Object.entries(response.headers).find(([name]) => name.toLowerCase() === ${JSON.stringify(source.name.toLowerCase())})?.[1];`;
    case "cookie":
      return `${to} = response.cookies[${JSON.stringify(source.name)}]?.[0]?.value;`;
    case "pattern":
      return `${to} = new RegExp(${JSON.stringify(source.pattern)}).exec(response.body)?.[1];`;
    default:
      return source satisfies never;
  }
}

function headersLine(step: Step, captured: ReadonlySet<string>): string {
  const pairs = Object.entries(step.headers).map(
    ([name, value]) => `${JSON.stringify(name)}: ${template(value, captured)}`,
  );
  return `{ ${pairs.join(", ")} }`;
}

function bodyExpression(body: Body, captured: ReadonlySet<string>): string {
  if (body.kind !== "form") return template(body.text, captured);
  const encoded = (text: string): string => `encodeURIComponent(${template(text, captured)})`;
  return body.fields.map(([name, value]) => `${encoded(name)} + "=" + ${encoded(value)}`).join(' + "&" + ') || '""';
}

function httpLines(step: HttpStep, captured: ReadonlySet<string>): string[] {
  const { method, path, body, expect, captures, name } = step;
  const isExpected = expect.map(({ from, to }) => `{ min: ${from}, max: ${to} }`).join(", ");
  const params = `{ headers: ${headersLine(step, captured)}, redirects: 0, timeout: TIMEOUT, tags: { name: ${JSON.stringify(name)} }, responseCallback: http.expectedStatuses(${isExpected}) }`;
  const isFine = expect.map(({ from, to }) => `(status >= ${from} && status <= ${to})`).join(" || ");
  return [
    `response = http.request(${JSON.stringify(method)}, BASE + ${template(path, captured)}, ${body === null ? "null" : bodyExpression(body, captured)}, ${params});`,
    `if (!check(response, { ${JSON.stringify(name)}: ({ status }) => ${isFine} })) return;`,
    ...captures.flatMap((capture) => [
      captureLine(capture),
      `if (captured[${JSON.stringify(capture.name)}] === undefined) return;`,
    ]),
  ];
}

function socketLines(step: SocketStep, captured: ReadonlySet<string>): string[] {
  const send = step.message === null ? null : `socket.send(${template(step.message, captured)});`;
  return [
    `ws.connect(BASE.replace(/^http/, "ws") + ${template(step.path, captured)}, { headers: ${headersLine(step, captured)}, tags: { name: ${JSON.stringify(step.name)} } }, (socket) => {`,
    '  socket.on("open", () => {',
    ...(send === null ? [] : [`    ${send}`]),
    ...(send === null || step.every === null ? [] : [`    socket.setInterval(() => { ${send} }, ${step.every});`]),
    `    socket.setTimeout(() => socket.close(), ${Math.max(1, step.hold)});`,
    "  });",
    "});",
  ];
}

function stepLines(step: Step, captured: Set<string>): string[] {
  const lines = step.kind === "http" ? httpLines(step, captured) : socketLines(step, captured);
  if (step.kind === "http") for (const { name } of step.captures) captured.add(name);
  if (step.think !== null) {
    const { from, to } = step.think;
    const spread = to > from ? ` + Math.random() * ${(to - from) / 1_000}` : "";
    lines.push(`sleep(${from / 1_000}${spread});`);
  }
  return step.chance < 1 ? [`if (Math.random() < ${step.chance}) {`, ...lines.map((line) => `  ${line}`), "}"] : lines;
}

function journeyFunction(steps: readonly Step[], at: number): string {
  const captured = new Set<string>();
  const lines = steps.flatMap((step) => stepLines(step, captured)).map((line) => `  ${line}\n`);
  return `function journey${at}() {\n  const captured = {};\n  let response;\n${lines.join("")}}\n`;
}

/**
 * The same load as a script for k6. k6 measures from the send instead of the intended send, so its latencies are lower
 * where a server stalls; a step that fails ends the visit, as it does here.
 */
export function exportK6({ plan, url, thresholds }: ExportOptions): string {
  const { journeys, arrivals, sender } = plan;
  const origin = url.origin === "null" ? `${url.protocol}//${url.host}` : url.origin;
  const base = origin.replace(/^ws/, "http");
  const weights = journeys.map(({ weight }) => weight);
  const choices = journeys.map((_, at) => `journey${at}`).join(", ");
  return `// Made by tenfold load --export-k6. BASE_URL, if set, replaces the address.
import { check, sleep } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import ws from "k6/ws";

const BASE = __ENV["BASE_URL"] || ${JSON.stringify(base)};
const TIMEOUT = "${sender.timeoutMs ?? 10_000}ms";

export const options = {
  noConnectionReuse: ${sender.connections === "fresh"},
  scenarios: {
    load: ${executor(arrivals, sender.mostConnections ?? 2_000)},
  },
  thresholds: {
${thresholdLines(thresholds)}  },
};

${journeys.map(({ steps }, at) => journeyFunction(steps, at)).join("\n")}
const journeys = [${choices}];
const weights = ${JSON.stringify(weights)};

export default function () {
  let left = Math.random() * weights.reduce((total, weight) => total + weight, 0);
  const at = weights.findIndex((weight) => (left -= weight) < 0);
  journeys[Math.max(0, at)]();
}
`;
}
