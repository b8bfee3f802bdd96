import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPath } from "../../spec/path.ts";
import { copyPlain } from "../../spec/plain.ts";
import { parseScenario } from "./parse.ts";
import type { HttpStep, Scenario, SocketStep, Step } from "./scenario.ts";

function parse(value: unknown): Scenario {
  const parsed = parseScenario(copyPlain(value).plain, (name) => name === "TOKEN");
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.scenario;
}

function problems(value: unknown): string[] {
  const parsed = parseScenario(copyPlain(value).plain, (name) => name === "TOKEN");
  return parsed.ok ? [] : parsed.findings.map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

function step(value: unknown): Step {
  const [first] = parse({ steps: [value] }).journeys[0]?.steps ?? [];
  assert.ok(first !== undefined);
  return first;
}

test("a path is enough for a step", () => {
  assert.deepEqual(step({ path: "/" }), {
    kind: "http",
    name: "GET /",
    method: "GET",
    path: "/",
    headers: {},
    body: null,
    expect: [{ from: 200, to: 399 }],
    captures: [],
    think: null,
    chance: 1,
  } satisfies HttpStep);
});

test("a body makes it a POST, and says what it is", () => {
  const json = step({ path: "/", json: { a: [1] } });
  assert.ok(json.kind === "http");
  assert.deepEqual(
    [json.method, json.body, json.headers],
    ["POST", { kind: "json", text: '{"a":[1]}' }, { "Content-Type": "application/json" }],
  );
  const form = step({ path: "/", form: { "a b": "c&d", token: "${TOKEN}" }, method: "put" });
  assert.ok(form.kind === "http");
  assert.equal(form.method, "PUT");
  const fields = [
    ["a b", "c&d"],
    ["token", "${TOKEN}"],
  ] as const;
  assert.deepEqual(form.body, { kind: "form", fields });
  assert.equal(form.headers["Content-Type"], "application/x-www-form-urlencoded");
  const own = step({ path: "/", body: "<a/>", headers: { "content-type": "text/xml" } });
  assert.deepEqual(own.headers, { "content-type": "text/xml" });
});

test("statuses, pauses and shares are read as people write them", () => {
  const one = step({ path: "/", expect: [200, "3xx", "404-410"], think: "1s-3s", chance: "25%" });
  assert.ok(one.kind === "http");
  assert.deepEqual(one.expect, [
    { from: 200, to: 200 },
    { from: 300, to: 399 },
    { from: 404, to: 410 },
  ]);
  assert.deepEqual(one.think, { from: 1_000, to: 3_000 });
  assert.equal(one.chance, 0.25);
});

test("a WebSocket with a message expects answers, one without only listens", () => {
  const talking = step({ websocket: "/ws", message: "hi", every: "1s", hold: "5s" });
  assert.deepEqual(talking, {
    kind: "websocket",
    name: "WS /ws",
    path: "/ws",
    headers: {},
    message: "hi",
    every: 1_000,
    hold: 5_000,
    replies: "ordered",
    think: null,
    chance: 1,
  } as SocketStep);
  const silent = step({ websocket: "/ws" });
  assert.ok(silent.kind === "websocket" && silent.replies === "none" && silent.message === null);
});

test("headers of the whole file are those of each step that does not have its own", () => {
  const { journeys } = parse({ headers: { Accept: "a", X: "1" }, steps: [{ path: "/", headers: { Accept: "b" } }] });
  assert.deepEqual(journeys[0]?.steps[0]?.headers, { Accept: "b", X: "1" });
});

test("what was captured, what every visitor has, and the environment can be referred to", () => {
  parse({
    steps: [
      {
        path: "/login?u=${visitor}&n=${uuid}",
        headers: { Authorization: "Bearer ${TOKEN}" },
        capture: { id: { json: "id" } },
      },
      { path: "/item/${id}/${missing:-none}", body: "$${id}" },
    ],
  });
});

for (const [name, value, wanted] of [
  ["an empty file", null, /^: is empty; it must be a map with steps or journeys/],
  ["no steps", { load: { rate: 3 } }, /says nothing to do/],
  [
    "an unknown key",
    { steps: [{ path: "/", methud: "GET" }] },
    /^steps\[0\]\.methud: is not a known key; did you mean method\?/,
  ],
  ["a path without a slash", { steps: [{ path: "home" }] }, /^steps\[0\]\.path: is "home"; it must be a path/],
  [
    "a header that would break lines",
    { steps: [{ path: "/", headers: { A: "x\r\nB: y" } }] },
    /^steps\[0\]\.headers\.A: /,
  ],
  ["two bodies", { steps: [{ path: "/", body: "x", json: 1 }] }, /^steps\[0\]\.json: does not go with body/],
  [
    "a capture of nothing",
    { steps: [{ path: "/", capture: { a: { jsn: "x" } } }] },
    /jsn: is not a known key; did you mean json/,
  ],
  [
    "an expression without a group",
    { steps: [{ path: "/", capture: { a: { pattern: "x" } } }] },
    /a regular expression with a group/,
  ],
  [
    "a pause that ends before it begins",
    { steps: [{ path: "/", think: "3s-1s" }] },
    /it must be a time such as 2s, or 1s-3s/,
  ],
  [
    "steps beside journeys",
    { steps: [{ path: "/" }], journeys: { a: { steps: [{ path: "/" }] } } },
    /^journeys: does not go with steps/,
  ],
  [
    "a rate beside visitors",
    { load: { rate: 3, visitors: 2 }, steps: [{ path: "/" }] },
    /^load\.rate: does not go with visitors/,
  ],
  [
    "a form's field that refers to nothing",
    { steps: [{ path: "/", form: { a: "${NOPE}" } }] },
    /^steps\[0\]\.form\.a: refers to \$\{NOPE\}/,
  ],
  [
    "two shapes",
    { load: { rampTo: 3, spikeTo: 4 }, steps: [{ path: "/" }] },
    /^load\.spikeTo: does not go with rampTo/,
  ],
  [
    "a rate beside a trace",
    { load: { rate: 3, trace: "x" }, steps: [{ path: "/" }] },
    /^load\.rate: does not go with tr/,
  ],
  ["a URL with a path", { url: "http://127.0.0.1:3/shop", steps: [{ path: "/" }] }, /^url: has a path/],
  ["a bad threshold", { thresholds: ["p95 < 250"], steps: [{ path: "/" }] }, /^thresholds\[0\]: .*with its unit/],
  [
    "a threshold of a step that is not there",
    { thresholds: ["serch: p95 < 1s"], steps: [{ path: "/", name: "search" }] },
    /^thresholds\[0\]: .*did you mean search/,
  ],
  [
    "a reference to nothing",
    { steps: [{ path: "/${vistor}" }] },
    /^steps\[0\]\.path: refers to \$\{vistor\}.*did you mean \$\{visitor\}/,
  ],
  [
    "a reference to what comes later",
    { steps: [{ path: "/${a}", capture: { a: { header: "X" } } }] },
    /captured only by this step or a later one/,
  ],
  [
    "a broken reference",
    { journeys: { j: { steps: [{ path: "/", body: "${" }] } } },
    /^journeys\.j\.steps\[0\]\.body: holds \$\{, which is no reference/,
  ],
] as const) {
  test(`${name} is refused, with where it is and what would be right`, () => {
    const found = problems(value);
    assert.ok(
      found.some((one) => wanted.test(one)),
      found.join("\n"),
    );
  });
}

test("all problems are told at once", () => {
  assert.equal(problems({ load: { rate: -1 }, steps: [{ path: "x" }, { path: "/", expect: 9 }] }).length, 3);
  const load = { rampTo: 9, spikeTo: 9, rate: "x" };
  const thresholds = ["p95<1", "first: p95<1s"];
  const places = (value: unknown): string[] =>
    problems(value)
      .map((one) => one.slice(0, one.indexOf(": ")))
      .sort();
  // Which steps there will be is not known before they are right.
  assert.deepEqual(places({ load, thresholds, steps: [{ path: "x" }], oops: 1 }), [
    "load.rate",
    "load.spikeTo",
    "oops",
    "steps[0].path",
    "thresholds[0]",
  ]);
  const journeys = { a: { steps: [{ path: "x" }] }, b: { steps: [{ path: "/${nothing}" }] } };
  assert.deepEqual(places({ url: "http://127.0.0.1:1/x", journeys }), [
    "journeys.a.steps[0].path",
    "journeys.b.steps[0].path",
    "url",
  ]);
  assert.deepEqual(places({ stepz: [{ path: "/" }] }), ["stepz"], "which may be all that is wrong");
});
