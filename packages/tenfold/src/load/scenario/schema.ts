import { z } from "zod";
import { duration, line, positiveDuration } from "../../spec/scalars.ts";
import { refuse, withTraits } from "../../spec/traits.ts";
import { parseDuration, seconds } from "../../units/millis.ts";
import { replyRuleOf } from "./reply-rule.ts";
import type {
  Body,
  Capture,
  CaptureSource,
  HttpStep,
  LoadWish,
  SocketStep,
  StatusRange,
  Step,
  Think,
} from "./scenario.ts";
import { REPLY_RULES } from "./scenario.ts";

const METHOD = /^[A-Z][A-Z-]{0,20}$/;
const PATH = /^(\/|\$\{)[^\s#]*$/;
const FINE: readonly StatusRange[] = [{ from: 200, to: 399 }];

function parsed<T>(expects: string, parse: (text: string) => T | undefined): z.ZodType<T, string> {
  return withTraits(
    z.string().transform((text, context): T => {
      const value = parse(text);
      return value === undefined ? refuse(context, text) : value;
    }),
    { expects },
  );
}

/** Reads `2s`, or `1s-3s`: anything between. */
export function parseThink(text: string): Think | undefined {
  const [first = "", second, more] = text.split("-");
  const from = parseDuration(first);
  const to = second === undefined ? from : parseDuration(second);
  return from === undefined || to === undefined || to < from || more !== undefined ? undefined : { from, to };
}

/** Reads `200`, `2xx`, or `200-399`. */
export function parseStatuses(text: string): StatusRange | undefined {
  const match = /^([1-5])(?:xx|(\d\d)(?:-([1-5]\d\d))?)$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, hundreds = "", rest, last] = match;
  if (rest === undefined) return { from: Number(hundreds) * 100, to: Number(hundreds) * 100 + 99 };
  const from = Number(hundreds + rest);
  const to = last === undefined ? from : Number(last);
  return to < from ? undefined : { from, to };
}

const STATUS = "a status such as 200, 2xx or 200-399";

const status = z.union([
  z
    .number()
    .int()
    .min(100)
    .max(599)
    .transform((code): StatusRange => ({ from: code, to: code })),
  parsed(STATUS, parseStatuses),
]);

const think = withTraits(
  z.union([
    z
      .number()
      .min(0)
      .max(3_600)
      .transform((value): Think => ({ from: seconds(value), to: seconds(value) })),
    parsed("a time", parseThink),
  ]),
  { expects: "a time such as 2s, or 1s-3s for anything between" },
);

const chance = parsed("a share of the visitors such as 25%", (text) => {
  const match = /^(\d+(?:\.\d+)?) ?%$/.exec(text.trim());
  const percent = Number(match?.[1] ?? "NaN");
  return percent > 0 && percent <= 100 ? percent / 100 : undefined;
});

const path = withTraits(z.string().regex(PATH), { expects: "a path that starts with /, such as /search?q=shoes" });

const headers = withTraits(
  z.record(
    withTraits(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/), { expects: "the name of a header" }),
    withTraits(z.union([line, z.number(), z.boolean()]).transform(String), { expects: "text on one line" }),
  ),
  { expects: "a map of headers, such as Accept: text/html" },
);

const captureName = withTraits(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), {
  expects: "letters, digits and _, and not start with a digit",
});

const pattern = parsed("a regular expression with a group, such as csrf=(\\w+)", (text) => {
  try {
    return new RegExp(`${text}|`).exec("")?.length === 1 ? undefined : text;
  } catch {
    return undefined;
  }
});

const capture: z.ZodType<CaptureSource> = z.union([
  withTraits(z.strictObject({ json: line }), { form: "a value in JSON" }).transform(
    ({ json }): CaptureSource => ({ from: "json", path: json }),
  ),
  withTraits(z.strictObject({ header: line }), { form: "a header" }).transform(
    ({ header }): CaptureSource => ({ from: "header", name: header }),
  ),
  withTraits(z.strictObject({ cookie: line }), { form: "a cookie" }).transform(
    ({ cookie }): CaptureSource => ({ from: "cookie", name: cookie }),
  ),
  withTraits(z.strictObject({ pattern }), { form: "a regular expression" }).transform(
    (value): CaptureSource => ({ from: "pattern", pattern: value.pattern }),
  ),
]);

const shared = {
  name: line.optional(),
  headers: headers.prefault({}),
  think: think.optional(),
  chance: chance.optional(),
};

const httpStep = withTraits(
  z.strictObject({
    ...shared,
    path,
    method: parsed("a method such as GET or POST", (text) =>
      METHOD.test(text.toUpperCase()) ? text.toUpperCase() : undefined,
    ).optional(),
    body: z.string().optional(),
    json: z.json().optional(),
    form: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).optional(),
    expect: withTraits(z.union([status, z.array(status).min(1)]), {
      expects: `${STATUS}, or a list of them`,
    }).optional(),
    capture: z.record(captureName, capture).prefault({}),
  }),
  { form: "a request" },
);

const socketStep = withTraits(
  z.strictObject({
    ...shared,
    websocket: path,
    message: z.string().optional(),
    every: positiveDuration.optional(),
    hold: duration.prefault("10s"),
    replies: withTraits(z.union([z.boolean(), z.enum(REPLY_RULES)]), {
      expects: "matching, ordered or none",
    }).optional(),
  }),
  { form: "a WebSocket" },
);

type HttpInput = z.output<typeof httpStep>;

const TYPES: Readonly<Record<Body["kind"], string>> = {
  text: "text/plain; charset=utf-8",
  json: "application/json",
  form: "application/x-www-form-urlencoded",
};

function bodyOf({ body, json, form }: HttpInput): Body | null {
  if (json !== undefined) return { kind: "json", text: JSON.stringify(json) };
  if (form !== undefined) return { kind: "form", fields: Object.entries(form) };
  return body === undefined ? null : { kind: "text", text: body };
}

function toHttpStep(input: HttpInput): HttpStep {
  const body = bodyOf(input);
  const hasType = Object.keys(input.headers).some((name) => name.toLowerCase() === "content-type");
  const method = input.method ?? (body === null ? "GET" : "POST");
  const captures = Object.entries(input.capture).map(([name, source]): Capture => ({ name, source }));
  return {
    kind: "http",
    name: input.name ?? `${method} ${input.path}`,
    method,
    path: input.path,
    headers: body === null || hasType ? input.headers : { "Content-Type": TYPES[body.kind], ...input.headers },
    body,
    expect: input.expect === undefined ? FINE : Array.isArray(input.expect) ? input.expect : [input.expect],
    captures,
    think: input.think ?? null,
    chance: input.chance ?? 1,
  };
}

function toSocketStep(input: z.output<typeof socketStep>): SocketStep {
  return {
    kind: "websocket",
    name: input.name ?? `WS ${input.websocket}`,
    path: input.websocket,
    headers: input.headers,
    message: input.message ?? null,
    every: input.every ?? null,
    hold: input.hold,
    replies: replyRuleOf(input.message ?? null, input.replies),
    think: input.think ?? null,
    chance: input.chance ?? 1,
  };
}

const step: z.ZodType<Step> = z.union([httpStep.transform(toHttpStep), socketStep.transform(toSocketStep)]);

const steps = withTraits(z.array(step).min(1).max(200), { expects: "a list of at least one step" });

const rate = z.number().min(0).max(1_000_000);

const load = z.strictObject({
  rate: rate.optional(),
  rampTo: rate.optional(),
  spikeTo: rate.optional(),
  trace: line.optional(),
  visitors: z.number().int().min(1).max(100_000).optional(),
  duration: positiveDuration.optional(),
  spacing: z.enum(["even", "poisson"]).optional(),
  timeout: positiveDuration.optional(),
  connections: z.enum(["keep-alive", "fresh"]).optional(),
  maxConnections: z.number().int().min(1).max(60_000).optional(),
});

const journey = z.strictObject({ weight: z.number().min(0.001).max(1_000_000).prefault(1), steps });

const journeyName = withTraits(z.string().regex(/^[^\s:][^:]*$/), { expects: "text without a colon" });

/** A scenario file, before what joins its fields was looked at. */
export interface ScenarioFile {
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly load: LoadWish;
  readonly thresholds: readonly string[];
  readonly steps?: readonly Step[] | undefined;
  readonly journeys?:
    | Readonly<Record<string, { readonly weight: number; readonly steps: readonly Step[] }>>
    | undefined;
}

export const scenarioFile: z.ZodType<ScenarioFile> = z.strictObject({
  url: withTraits(z.string().regex(/^(https?|wss?):\/\/\S+$/), {
    expects: "a URL such as http://127.0.0.1:3000",
  }).optional(),
  headers: headers.prefault({}),
  load: load.prefault({}),
  thresholds: z.array(line).prefault([]),
  steps: steps.optional(),
  journeys: z.record(journeyName, journey).optional(),
});
