import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import type { Plain } from "../../spec/plain.ts";
import { constant, type Profile, ramp } from "../arrivals/profile.ts";
import type { HttpSenderOptions } from "../http/sender.ts";
import type { Arrivals } from "../run/plan.ts";
import { journeysOf } from "../testing/plan.ts";
import { parseThreshold } from "../thresholds/threshold.ts";
import { exportK6, type K6Script } from "./k6.ts";

interface Call {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
}

interface K6 {
  readonly options: {
    readonly noCookiesReset: boolean;
    readonly scenarios: { readonly load: Readonly<Record<string, unknown>> };
    readonly thresholds: Readonly<Record<string, readonly string[]>>;
  };
  readonly calls: readonly Call[];
  readonly slept: readonly number[];
  /** The steps that were counted, by their tag, and whether they failed. */
  readonly counted: readonly (readonly [string, boolean])[];
}

function script(
  file: Plain,
  arrivals: Arrivals,
  thresholds: readonly string[] = [],
  sender: HttpSenderOptions = {},
): K6Script {
  return exportK6({
    plan: { journeys: journeysOf(file), arrivals, sender },
    url: new URL("http://127.0.0.1:8080/"),
    thresholds: thresholds.map((text) => {
      const parsed = parseThreshold(text);
      assert.ok(parsed.ok);
      return parsed.threshold;
    }),
  });
}

const ANSWER = {
  status: 200,
  opened: 101,
  held: true,
  body: '{"a":[{"id":"x&\\"y"}]} csrf=abc',
  headers: { Location: "/next" },
  cookies: { sid: [{ value: "s1" }] },
};

/** Runs a script once, as k6 would, with a server that answers everything with the same. */
function runScript({ text }: Pick<K6Script, "text">, answer: Partial<typeof ANSWER> = {}): K6 {
  assert.doesNotMatch(text, /\?\?|\?\.[^ ]|catch \{|crypto/, "k6 before 0.53 does not read this");
  const calls: Call[] = [];
  const slept: number[] = [];
  const counted: [string, boolean][] = [];
  const response = { ...ANSWER, ...answer };
  const modules: Readonly<Record<string, unknown>> = {
    check: (given: unknown, checks: Record<string, (one: unknown) => boolean>) => {
      for (const name of Object.keys(checks)) assert.doesNotMatch(name, /::/, "k6 does not take it as a name");
      return Object.values(checks).every((one) => one(given));
    },
    console: { error: () => {} },
    Counter: class {
      add(): void {}
    },
    Rate: class {
      add(failed: boolean, { step }: { readonly step: string }): void {
        counted.push([step, failed]);
      }
    },
    sleep: (seconds: number) => slept.push(seconds),
    exec: { scenario: { iterationInTest: 41 }, vu: { idInTest: 3 } },
    http: {
      expectedStatuses: (...ranges: unknown[]) => ranges,
      request: (method: string, url: string, body: string | null) => {
        calls.push({ method, url, body });
        return response;
      },
    },
    ws: {
      connect: (url: string, _: unknown, use: (socket: unknown) => void) => {
        calls.push({ method: "WS", url, body: null });
        const nothing = (): void => {};
        const setTimeout = (end: () => void): void => (response.held ? end() : undefined);
        const on = (_: "open", opened: () => void): void => (response.opened === 101 ? opened() : undefined);
        use({ on, setTimeout, setInterval: nothing, send: nothing, close: nothing });
        return { status: response.opened };
      },
    },
    __ENV: { TOKEN: "t" },
  };
  // Imports and exports are what a plain script cannot have; all else is the script itself, parsed and run.
  const plain = text
    .replace(/^import .*$/gm, "")
    .replace("export const options", "globalThis.options")
    .replace("export default function", "globalThis.run = function");
  const context = vm.createContext({ ...modules });
  vm.runInContext(`${plain}\nrun();`, context);
  return { options: context.options as K6["options"], calls, slept, counted };
}

const open = (profile: Profile): Arrivals => ({ kind: "open", profile, spacing: "even" });

test("the script does what the scenario does, with its references", () => {
  const text = script(
    {
      steps: [
        {
          path: "/login?u=${visitor}",
          json: { "a`\\": "${missing:-none}", b: "$${x}" },
          capture: { id: { header: "location" } },
        },
        {
          path: "/${id}",
          capture: { c: { pattern: "csrf=(\\w+)" }, s: { cookie: "sid" }, l: { header: "location" } },
          think: "2s",
        },
        { path: "/${c}/${s}${l}", method: "DELETE" },
      ],
    },
    open(constant(10, 30)),
  );
  const { calls, slept } = runScript(text);
  assert.deepEqual(calls, [
    { method: "POST", url: "http://127.0.0.1:8080/login?u=42", body: '{"a`\\\\":"none","b":"${x}"}' },
    { method: "GET", url: "http://127.0.0.1:8080//next", body: null },
    { method: "DELETE", url: "http://127.0.0.1:8080/abc/s1/next", body: null },
  ]);
  assert.deepEqual(slept, [2]);
});

test("a constant rate, another shape and visitors become the executors that k6 has for them", () => {
  const file = { steps: [{ path: "/" }] };
  assert.equal(
    runScript(script(file, open(constant(10, 30)))).options.scenarios.load.executor,
    "constant-arrival-rate",
  );
  const { load } = runScript(script(file, open([...ramp(10, 50, 60), ...constant(0.4, 5)]))).options.scenarios;
  assert.deepEqual([load.executor, load.startRate, load.timeUnit], ["ramping-arrival-rate", 100, "10s"]);
  assert.deepEqual(JSON.parse(JSON.stringify(load.stages)), [
    { target: 500, duration: "60000ms" },
    { target: 4, duration: "0s" },
    { target: 4, duration: "5000ms" },
  ]);
  const closed = runScript(script(file, { kind: "closed", visitors: 7, seconds: 5 })).options.scenarios.load;
  assert.deepEqual([closed.executor, closed.vus, closed.duration], ["constant-vus", 7, "5000ms"]);
});

test("a rate that is no whole number is one in a longer time", () => {
  for (const [rate, unit, figure] of [
    [0.4, "10s", 4],
    [100 / 3, "1m", 2_000],
    [Math.PI, "1h", 11_310],
  ] as const) {
    const { load } = runScript(script({ steps: [{ path: "/" }] }, open(constant(rate, 1.5)))).options.scenarios;
    assert.deepEqual([load.timeUnit, load.rate, load.duration], [unit, figure, "1500ms"]);
  }
});

test("few connections are no more machines of k6 at first than in the end", () => {
  const one = script({ steps: [{ path: "/" }] }, open(constant(5, 5)), [], { mostConnections: 10 });
  const { load } = runScript(one).options.scenarios;
  assert.deepEqual([load.preAllocatedVUs, load.maxVUs], [10, 10]);
  assert.match(one.differences.join(), /while 10 are under way are left out/);
  // 100 a second that stay for 30 s are 3,000 at a time.
  const many = script({ steps: [{ websocket: "/", hold: "30s" }] }, open(constant(100, 60)));
  assert.equal(runScript(many).options.scenarios.load.maxVUs, 5_000);
});

test("what was captured is encoded as the body needs it", () => {
  const { calls } = runScript(
    script(
      {
        steps: [
          { path: "/", capture: { id: { json: "a[0].id" } } },
          { path: "/", form: { "a b": "${id}", c: "${no:-d&e}" } },
          { path: "/é", json: { id: "${id}", list: ['${no:-a"b}'] } },
        ],
      },
      open(constant(1, 1)),
    ),
    { body: '{"a":[{"id":"x&\\"y"}]}' },
  );
  assert.equal(calls[1]?.body, "a%20b=x%26%22y&c=d%26e");
  assert.equal(calls[2]?.body, JSON.stringify({ id: 'x&"y', list: ['a"b'] }));
  assert.equal(calls[2]?.url, "http://127.0.0.1:8080/%C3%A9");
});

test("visitors of a closed loop stay who they are, pause at the end, and do not ask again at once when they failed", () => {
  const closed = { kind: "closed", visitors: 7, seconds: 5 } as const;
  const one = script({ steps: [{ path: "/${visitor}", think: "2s" }] }, closed);
  const { calls, slept, options } = runScript(one);
  assert.deepEqual([calls[0]?.url, slept, options.noCookiesReset], ["http://127.0.0.1:8080/3", [2], true]);
  assert.deepEqual(runScript(one, { status: 500 }).slept, [0.1]);
  const { options: others, slept: none } = runScript(
    script({ steps: [{ path: "/", think: "2s" }] }, open(constant(1, 1))),
  );
  assert.deepEqual([others.noCookiesReset, none], [false, []]);
});

test("thresholds become those of k6, and what it does not have is told in comments and to whoever exports", () => {
  const one = script(
    {
      steps: [
        { path: "/", name: "a, {b}" },
        { path: "/", name: "a b" },
        { websocket: "/ws", name: "chat", message: "hi\nthere" },
      ],
    },
    { kind: "open", profile: constant(1, 1), spacing: "poisson" },
    [
      ...["p95<250ms", "max<1s", "errors<0.1%", "errors<3", "rate>98%"],
      ...["a, {b}: p99<1s", "a b: mean<1s", "chat: p95<1s", "chat: errors<1%", "chat message: p95<1s"],
    ],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(runScript(one).options.thresholds)), {
    steps: ["count>0"],
    step_failed: ["rate<1", "rate<0.001"],
    http_req_duration: ["p(95)<250", "max<1000"],
    step_failures: ["count<3"],
    "steps{step:a_b}": ["count>0"],
    "http_req_duration{step:a_b}": ["p(99)<1000"],
    "steps{step:a_b_2}": ["count>0"],
    "http_req_duration{step:a_b_2}": ["avg<1000"],
    "steps{step:chat}": ["count>0"],
    "ws_connecting{step:chat}": ["p(95)<1000"],
    "step_failed{step:chat}": ["rate<0.01"],
  });
  for (const pattern of [
    /visits come evenly/,
    /"rate>98%"/,
    /"chat message: p95<1s"/,
    /answers to the messages of chat/,
  ]) {
    assert.match(one.differences.join("\n"), pattern);
    assert.match(one.text, pattern);
  }
});

test("a WebSocket and a share of the visitors are in the script as well", () => {
  const text = script(
    {
      steps: [
        { path: "/", chance: "50%" },
        { websocket: "/ws", message: "hi `${visitor}`", every: "1s" },
        { path: "/after" },
      ],
    },
    open(constant(1, 1)),
  );
  const urls = (one: K6): string[] => one.calls.slice(-2).map(({ url }) => url);
  assert.deepEqual(urls(runScript(text)), ["ws://127.0.0.1:8080/ws", "http://127.0.0.1:8080/after"]);
  assert.equal(urls(runScript(text, { opened: 503 })).at(-1), "ws://127.0.0.1:8080/ws", "it ends the visit");
});

test("what tenfold load calls a failure is counted as one, and a step that is fine as fine", () => {
  const first = { path: "/", name: "first" };
  const captures = (source: Plain): Plain => ({ steps: [{ ...first, capture: { id: source } }, { path: "/${id}" }] });
  const counted = (file: Plain, answer: Partial<typeof ANSWER> = {}): K6["counted"] =>
    runScript(script(file, open(constant(1, 1))), answer).counted;
  assert.deepEqual(counted(captures({ header: "location" })), [
    ["first", false],
    ["GET_id", false],
  ]);
  for (const source of [{ json: "b" }, { header: "x" }, { pattern: "no=(.)" }])
    assert.deepEqual(counted(captures(source)), [["first", true]], JSON.stringify(source));
  assert.deepEqual(counted({ steps: [first] }, { status: 500 }), [["first", true]]);
  // Chance left the step out that captures it.
  const left = { ...first, chance: "0.0001%", capture: { id: { header: "location" } } };
  assert.deepEqual(counted({ steps: [left, { path: "/${id}", name: "second" }] }), [["second", true]]);
});

test("a WebSocket that is refused has failed, and one that is lost before its time was opened, and has failed", () => {
  const file = { steps: [{ websocket: "/ws", name: "a::b" }] };
  const counted = (answer: Partial<typeof ANSWER>): K6["counted"] =>
    runScript(script(file, open(constant(1, 1))), answer).counted;
  assert.deepEqual(counted({}), [["a_b", false]]);
  assert.deepEqual(counted({ opened: 503 }), [["a_b", true]]);
  assert.deepEqual(counted({ held: false }), [
    ["a_b", false],
    ["a_b", true],
  ]);
});
