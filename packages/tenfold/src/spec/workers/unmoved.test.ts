import assert from "node:assert/strict";
import { test } from "node:test";
import { unmovedWorkers } from "./unmoved.ts";
import { workers } from "./workers.ts";

test("a worker with bounds, and nothing by which its number could move, is told with what to write", () => {
  const instances = { min: 2, max: 4 };
  const found = unmovedWorkers(
    workers.parse({
      plain: "node worker.js",
      three: { command: "node worker.js", instances: 3 },
      counted: { command: "node worker.js", instances, scale: { library: "bullmq" } },
      ruled: { command: "node worker.js", instances, scale: { rules: ["cpu > 70% for 5m: +1"] } },
      timed: { command: "node worker.js", instances, scale: { schedules: ["weekdays 08:00-18:00: min 3"] } },
      bounded: { command: "node worker.js", instances },
    }),
  );
  assert.deepEqual(
    found.map(({ group }) => group),
    ["worker.ruled", "worker.bounded"],
  );
  assert.match(found[0]?.why ?? "", /rules, which look at its queue.*workers\.ruled\.scale\.library/);
  assert.match(found[1]?.why ?? "", /^stays at what it is, 2 at first: .*workers\.bounded\.scale\.library \(or/);
});
