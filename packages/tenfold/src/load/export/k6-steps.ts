import type { Body, Capture, HttpStep, Journey, SocketStep, Step } from "../scenario/scenario.ts";
import { jsonKeys } from "../visit/capture.ts";
import { isJsonText } from "../visit/render-step.ts";
import { expressionOf, pathOf } from "./k6-text.ts";

/** What the steps of a script have in common. */
export interface StepOptions {
  /** What thresholds call a step. */
  readonly tags: ReadonlyMap<string, string>;
  /** Whether the pause after the last step counts: where the visitor comes again. */
  readonly pausesAtEnd: boolean;
}

/** JavaScript for the body of a request. */
function bodyOf({ body, headers }: HttpStep): string {
  if (body === null) return "null";
  return bodyExpression(body, isJsonText(headers));
}

function bodyExpression(body: Body, isJson: boolean): string {
  switch (body.kind) {
    case "json":
      return expressionOf(body.text, "inJson");
    case "text":
      return expressionOf(body.text, isJson ? "inJson" : null);
    case "form": {
      const pairs = body.fields.map((pair) => pair.map((text) => expressionOf(text, "inForm")).join(' + "=" + '));
      return pairs.length === 0 ? '""' : pairs.join(' + "&" + ');
    }
    default:
      return body satisfies never;
  }
}

function found({ source }: Capture): string {
  switch (source.from) {
    case "json":
      return `atKeys(response, ${JSON.stringify(jsonKeys(source.path))})`;
    case "header":
      return `headerOf(response, ${JSON.stringify(source.name.toLowerCase())})`;
    case "cookie":
      return `cookieOf(response, ${JSON.stringify(source.name)})`;
    case "pattern":
      return `matchOf(response, ${JSON.stringify(source.pattern)})`;
    default:
      return source satisfies never;
  }
}

function headersOf({ headers }: Step): string {
  const pairs = Object.entries(headers).map(([name, value]) => `${JSON.stringify(name)}: ${expressionOf(value)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

function tagOf({ name }: Step, { tags }: StepOptions): string {
  return `{ name: ${JSON.stringify(name)}, step: ${JSON.stringify(tags.get(name))} }`;
}

/** Lines within a function `step` of the script, which tells whether all went well. */
function httpLines(step: HttpStep): string[] {
  const { method, path, expect, captures } = step;
  const isExpected = expect.map(({ from, to }) => `{ min: ${from}, max: ${to} }`).join(", ");
  const params = `{ headers: ${headersOf(step)}, redirects: 0, timeout: TIMEOUT, tags, responseCallback: http.expectedStatuses(${isExpected}) }`;
  const isFine = expect.map(({ from, to }) => `(status >= ${from} && status <= ${to})`).join(" || ");
  return [
    `const response = http.request(${JSON.stringify(method)}, BASE + ${pathOf(path)}, ${bodyOf(step)}, ${params});`,
    "const { status } = response;",
    `if (!(${isFine})) return false;`,
    ...captures.map((one) => `if (!capture(${JSON.stringify(one.name)}, ${found(one)})) return false;`),
    "return true;",
  ];
}

/** The same for a WebSocket. One that is lost before its time has been opened, and fails once more. */
function socketLines(step: SocketStep): string[] {
  const send = step.message === null ? null : `socket.send(${expressionOf(step.message)});`;
  return [
    "let isHeld = false;",
    `const response = ws.connect(BASE.replace(/^http/, "ws") + ${pathOf(step.path)}, { headers: ${headersOf(step)}, tags }, (socket) => {`,
    '  socket.on("open", () => {',
    ...(send === null ? [] : [`    ${send}`]),
    ...(send === null || step.every === null ? [] : [`    socket.setInterval(() => { ${send} }, ${step.every});`]),
    "    socket.setTimeout(() => {",
    "      isHeld = true;",
    "      socket.close();",
    `    }, ${Math.max(1, step.hold)});`,
    "  });",
    "});",
    "if (response.status !== 101) return false;",
    "if (!isHeld) count(true, tags);",
    "return isHeld;",
  ];
}

function stepLines(step: Step, isLast: boolean, options: StepOptions): string[] {
  const taken = step.kind === "http" ? httpLines(step) : socketLines(step);
  const lines = [
    `if (!step(${tagOf(step, options)}, (tags) => {`,
    ...taken.map((line) => `  ${line}`),
    "})) return false;",
  ];
  if (step.think !== null && (options.pausesAtEnd || !isLast)) {
    const { from, to } = step.think;
    const spread = to > from ? ` + Math.random() * ${(to - from) / 1_000}` : "";
    lines.push(`sleep(${from / 1_000}${spread});`);
  }
  return step.chance < 1 ? [`if (Math.random() < ${step.chance}) {`, ...lines.map((line) => `  ${line}`), "}"] : lines;
}

/** A function of the script that takes a journey, and tells whether all of it went well. */
export function journeyFunction({ steps }: Journey, at: number, options: StepOptions): string {
  const lines = steps.flatMap((step, index) => stepLines(step, index === steps.length - 1, options));
  return `function journey${at}() {\n${lines.map((line) => `  ${line}\n`).join("")}  return true;\n}\n`;
}

/** What of the steps a script does not do: a sentence each. */
export function stepDifferences(journeys: readonly Journey[]): string[] {
  const answered = journeys.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === "websocket" && step.replies !== "none" ? [step.name] : [])),
  );
  return [...new Set(answered)].map((name) => `answers to the messages of ${name} are neither waited for nor measured`);
}
