import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSpec } from "../parse.ts";
import type { Spec } from "../spec.ts";
import { unmoved, unmovedWorkers } from "./unmoved.ts";

const BOUNDS = { min: 2, max: 4 };

function specOf(value: Record<string, unknown>): Spec {
  const parsed = parseSpec({ web: "x", ...value }, "shop");
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

test("a worker with bounds, and nothing by which its number could move, is told with what to write", () => {
  const worker = { command: "node worker.js", instances: BOUNDS };
  const { workers } = specOf({
    redis: true,
    workers: {
      plain: "node worker.js",
      three: { ...worker, instances: 3 },
      counted: { ...worker, scale: { library: "bullmq" } },
      ruled: { ...worker, scale: { library: "list", rules: ["queue > 100: +2"] } },
      timed: { ...worker, scale: { schedules: ["weekdays 08:00-18:00: min 3"] } },
      bounded: worker,
    },
  });
  const found = unmovedWorkers(workers);
  assert.deepEqual(
    found.map(({ group }) => group),
    ["worker.bounded"],
  );
  assert.match(found[0]?.why ?? "", /^stays at what it is, 2 at first: .*workers\.bounded\.scale\.library \(or/);
});

test("a fixed number that something would move is told with the bounds to write", () => {
  const found = unmoved(
    specOf({
      web: { command: "x", instances: 3, scale: { rules: ["cpu > 70%"], schedules: ["daily 08:00-18:00: min 5"] } },
      workers: { mail: { command: "x", scale: { command: "count", dryRun: true } } },
    }),
  );
  assert.deepEqual(
    found.map(({ group }) => group),
    ["web", "worker.mail"],
  );
  assert.match(
    found[0]?.why ?? "",
    /^is fixed by web\.instances, which is 3; .* \{ min: 3, max: 6 \}: web\.scale\.rules, web\.scale\.schedules$/,
  );
  assert.match(found[1]?.why ?? "", /: workers\.mail\.scale\.dryRun$/);
});

test("bounds of the web tier behind nginx are told to move nothing, but by schedules", () => {
  const web = { command: "x", instances: BOUNDS };
  assert.match(unmoved(specOf({ web, balancer: "nginx" }))[0]?.why ?? "", /make balancer\.engine haproxy$/);
  assert.deepEqual(unmoved(specOf({ web })), []);
  const timed = { ...web, scale: { schedules: ["daily 08:00-18:00: min 3"] } };
  assert.deepEqual(unmoved(specOf({ web: timed, balancer: "nginx" })), []);
});
