import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import type { Plain } from "../../spec/plain.ts";
import { constant, type Profile, ramp } from "../arrivals/profile.ts";
import type { Arrivals } from "../run/plan.ts";
import { journeysOf } from "../testing/plan.ts";
import { parseThreshold } from "../thresholds/threshold.ts";
import { exportK6 } from "./k6.ts";

interface Call {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
}

interface K6 {
  readonly options: {
    readonly scenarios: { readonly load: Readonly<Record<string, unknown>> };
    readonly thresholds: Readonly<Record<string, readonly string[]>>;
  };
  readonly calls: readonly Call[];
  readonly slept: readonly number[];
}

function script(file: Plain, arrivals: Arrivals, thresholds: readonly string[] = []): string {
  return exportK6({
    plan: { journeys: journeysOf(file), arrivals, sender: {} },
    url: new URL("http://127.0.0.1:8080/"),
    thresholds: thresholds.map((text) => {
      const parsed = parseThreshold(text);
      assert.ok(parsed.ok);
      return parsed.threshold;
    }),
  });
}

/** Runs a script once, as k6 would, with a server that answers everything with the same. */
function runScript(text: string): K6 {
  const calls: Call[] = [];
  const slept: number[] = [];
  const response = {
    status: 200,
    body: "csrf=abc",
    headers: { Location: "/next" },
    cookies: { sid: [{ value: "s1" }] },
    json: (path: string) => `json:${path}`,
  };
  const modules: Readonly<Record<string, unknown>> = {
    check: (given: unknown, checks: Record<string, (one: unknown) => boolean>) =>
      Object.values(checks).every((one) => one(given)),
    sleep: (seconds: number) => slept.push(seconds),
    exec: { scenario: { iterationInTest: 41 } },
    http: {
      expectedStatuses: (...ranges: unknown[]) => ranges,
      request: (method: string, url: string, body: string | null) => {
        calls.push({ method, url, body });
        return response;
      },
    },
    ws: { connect: (url: string) => calls.push({ method: "WS", url, body: null }) },
    __ENV: { TOKEN: "t" },
    crypto,
  };
  // Imports and exports are what a plain script cannot have; all else is the script itself, parsed and run.
  const plain = text
    .replace(/^import .*$/gm, "")
    .replace("export const options", "globalThis.options")
    .replace("export default function", "globalThis.run = function");
  const context = vm.createContext({ ...modules });
  vm.runInContext(`${plain}\nrun();`, context);
  return { options: context.options as K6["options"], calls, slept };
}

const open = (profile: Profile): Arrivals => ({ kind: "open", profile, spacing: "even" });

test("the script does what the scenario does, with its references", () => {
  const text = script(
    {
      steps: [
        {
          path: "/login?u=${visitor}",
          json: { "a`\\": "${missing:-none}", b: "$${x}" },
          capture: { id: { json: "a[0].id" } },
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
    { method: "GET", url: "http://127.0.0.1:8080/json:a.0.id", body: null },
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
  const { load } = runScript(script(file, open(ramp(10, 50, 60)))).options.scenarios;
  assert.equal(load.executor, "ramping-arrival-rate");
  assert.deepEqual(JSON.parse(JSON.stringify(load.stages)), [
    { target: 10, duration: "0s" },
    { target: 50, duration: "60000ms" },
  ]);
  const closed = runScript(script(file, { kind: "closed", visitors: 7, seconds: 5 })).options.scenarios.load;
  assert.deepEqual([closed.executor, closed.vus, closed.duration], ["constant-vus", 7, "5s"]);
});

test("thresholds become those of k6, and those that it does not have are told in a comment", () => {
  const text = script({ steps: [{ path: "/" }] }, open(constant(1, 1)), [
    "p95<250ms",
    "max<1s",
    "errors<0.1%",
    "errors<3",
  ]);
  assert.deepEqual(JSON.parse(JSON.stringify(runScript(text).options.thresholds)), {
    http_req_duration: ["p(95)<250", "max<1000"],
    http_req_failed: ["rate<0.001"],
  });
  assert.match(text, /k6 has no threshold like "errors<3"/);
});

test("a WebSocket and a share of the visitors are in the script as well", () => {
  const text = script(
    {
      steps: [
        { path: "/", chance: "50%" },
        { websocket: "/ws", message: "hi `${visitor}`", every: "1s" },
      ],
    },
    open(constant(1, 1)),
  );
  const { calls } = runScript(text);
  assert.equal(calls.at(-1)?.url, "ws://127.0.0.1:8080/ws");
});
