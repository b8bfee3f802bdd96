import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { diagnose } from "./diagnose.ts";
import { checkSpec, parseSpec } from "./parse.ts";
import { formatPath } from "./path.ts";
import type { Plain } from "./plain.ts";

const BOUNDS = { min: 1, max: 4 };

/** What a user reads of `scale` of the web tier. */
function ofScale(scale: unknown): string[] {
  const result = parseSpec({ web: { command: "x", instances: BOUNDS, scale } }, "shop");
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

function ofWorker(scale: unknown): string[] {
  const result = parseSpec({ web: "x", redis: true, workers: { w: { command: "x", instances: BOUNDS, scale } } }, "s");
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

test("a wrong schedule is told in its parser's words, at its place in the list", () => {
  const cases: Readonly<Record<string, RegExp>> = {
    "weekday 08:00-18:00: min 2": /"weekday" are no days \(did you mean weekdays\?\)/,
    "weekdays 8am-6pm: min 2": /"weekdays 8am-6pm: min 2" is no schedule; write for example weekdays 08:00-18:00/,
    "weekdays 08:00-18:00 Europe/Berln: min 2": /no time zone Europe\/Berln \(did you mean Europe\/Berlin\?\)/,
    "weekdays 08:00-18:00: min 5, max 2": /min 5 is more than max 2/,
    "weekdays 08:00-18:00: five": /"five" are no bounds; write min 5/,
  };
  for (const [text, expected] of Object.entries(cases)) {
    for (const said of [ofScale, ofWorker].map((of) => of({ schedules: ["daily 00:00-06:00: max 3", text] }))) {
      assert.equal(said.length, 1, text);
      assert.match(said[0] ?? "", /scale\.schedules\[1\]: /);
      assert.match(said[0] ?? "", expected);
    }
  }
});

test("a time zone is one, whether or not there are schedules", () => {
  const expected =
    "web.scale.zone: there is no time zone Europe/Berln (did you mean Europe/Berlin?); write for example Europe/Berlin or UTC";
  assert.deepEqual(ofScale({ zone: "Europe/Berln" }), [expected]);
  assert.deepEqual(ofScale({ zone: "Europe/Berln", schedules: ["daily 08:00-09:00: min 2"] }), [expected]);
});

test("a wrong rule is told in its parser's words", () => {
  const cases: Readonly<Record<string, RegExp>> = {
    "cpuu > 70%": /: there is no metric "cpuu" \(did you mean cpu\?\)/,
    "cpu > 70": /: cpu is compared with "70"; it must be a percentage such as 70%$/,
    "cpu > 0.7": /: cpu is compared with "0\.7"; it must be a percentage such as 70%$/,
    "queue > 100 +2": /: "queue > 100 \+2" has no colon before \+2; write queue > 100: \+2$/,
  };
  for (const [text, expected] of Object.entries(cases)) {
    const said = ofScale({ rules: ["queue > 100", text] });
    assert.equal(said.length, 1, text);
    assert.match(said[0] ?? "", /^web\.scale\.rules\[1\]: /);
    assert.match(said[0] ?? "", expected);
  }
  assert.deepEqual(ofScale({ rules: [7] }), [
    "web.scale.rules[0]: is 7 (a number); it must be a rule such as cpu > 70% for 5m: +1",
  ]);
  assert.deepEqual(ofWorker({ rules: [7] }), [
    "workers.w.scale.rules[0]: is 7 (a number); it must be a rule such as queue > 100: +2",
  ]);
});

test("a second source of a queue is told at its key, beside what else is wrong there", () => {
  const second = "workers.w.scale.command: is a second source of the same figures, beside library; keep one of them";
  assert.deepEqual(ofWorker({ library: "list", command: "x" }), [second]);
  const [wait = "", ...rest] = ofWorker({ library: "list", command: "x", wait: "soon" });
  assert.match(wait, /^workers\.w\.scale\.wait: is "soon"; it must be a duration/);
  assert.deepEqual(rest, [second]);
  assert.equal(ofWorker({ library: "lisp", command: "x" }).length, 1, "a wrong one is no source yet");
});

test("what only a trait says keeps what was found, and the guess", () => {
  const result = parseSpec(
    {
      web: "x",
      balancer: { rateLimit: "10 an hour" },
      deploy: { surge: "much", watch: "10 minutes" },
      backups: { schedule: "at dawn" },
      monitoring: { interval: "often", alerts: { silence: ["nights"] } },
    },
    "shop",
  );
  assert.deepEqual(
    (result.ok ? [] : result.problems).map(({ path, message }) =>
      `${path}: ${message}`.replace(/ it must be .*?(?=;|$)/, ""),
    ),
    [
      'balancer.rateLimit: is "10 an hour";',
      'deploy.surge: is "much";',
      'deploy.watch: is "10 minutes";; did you mean 10m?',
      'backups.schedule: is "at dawn";',
      'monitoring.interval: is "often";',
      'monitoring.alerts.silence[0]: is "nights";',
    ],
  );
});

test("what a variable holds is told with the variable, and a secret not at all", () => {
  const said = (origin: string): string => {
    const checked = checkSpec(
      { web: { command: "x", instances: BOUNDS, scale: { rules: ["cpu > 70"] } } },
      { directoryName: "shop", origin: (path) => (path.at(-1) === 0 ? origin : undefined) },
    );
    return checked.ok ? "" : checked.findings.map(({ message }) => message).join();
  };
  assert.match(said("${RULE}"), /compared with "70"; .* \(\$\{RULE\}\)$/);
  assert.match(said("${RULE_TOKEN}"), /^is \$\{RULE_TOKEN\}; it must be a rule/);
});

test("whatever a schema's transformation or refinement says is kept, with its path, wherever it stands", () => {
  const say = (path: string[]) => (_: unknown, context: z.RefinementCtx) =>
    context.addIssue({ code: "custom", message: `said at ${path.join(".")}`, path: [...path], input: null });
  const form = z.strictObject({ a: z.string() });
  const schemas: readonly (readonly [z.core.$ZodType, Plain, string])[] = [
    [z.string().refine(() => false, "said"), "x", ": said"],
    [z.strictObject({ k: form.superRefine(say(["a"])) }), { k: { a: "x" } }, "k.a: said at a"],
    [z.array(z.string().transform(say([]))), ["x"], "[0]: said at "],
    [z.record(z.string(), form.transform(say(["a"])).optional()), { r: { a: "x" } }, "r.a: said at a"],
    [z.union([z.literal(false), z.string().transform(say([]))]), "x", ": said at "],
    [z.union([z.string(), form.transform(say(["a"]))]), { a: "x" }, "a: said at a"],
    [z.union([z.boolean(), form.superRefine(say([]))]).prefault(true), { a: "x" }, ": said at "],
    [z.union([z.string(), form]).transform(say(["a"])), { a: "x" }, "a: said at a"],
  ];
  for (const [schema, value, expected] of schemas) {
    const found = diagnose(value, { schema, root: schema, path: [], origin: () => undefined });
    assert.deepEqual(
      found.map(({ path, message }) => `${formatPath(path)}: ${message}`),
      [expected],
    );
  }
});
