import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveTarget } from "../../../load/http/target.ts";
import { journeysOf } from "../../../load/testing/plan.ts";
import { serve } from "../../../load/testing/server.ts";
import { Bench } from "./bench.ts";
import { findKnee } from "./find-knee.ts";

const IDLE = { web: null, balancer: null, data: null, generator: 0, machine: 0 };
const OBJECTIVE = { p95: 400, errors: 0.001, achieved: 0.98 };

/** Does one request after the other, each for so long: more than 1,000 / `service` a second it cannot do. */
function oneAtATime(service: number) {
  let free = Promise.resolve();
  return serve((_, response) => {
    free = free.then(() => new Promise<void>((resolve) => setTimeout(() => resolve(void response.end("ok")), service)));
  });
}

async function benchOn(url: string): Promise<Bench> {
  const target = await resolveTarget(new URL(url));
  const plan = { target, journeys: journeysOf({ steps: [{ path: "/" }] }), environment: {} };
  return new Bench({ plan, objective: OBJECTIVE, threads: 1, signal: new AbortController().signal });
}

test("the knee of a server with a known capacity is found", async () => {
  await using server = await oneAtATime(20);
  const bench = await benchOn(server.url);
  const rates: number[] = [];
  const knee = await findKnee({
    ...{ instances: 1, objective: OBJECTIVE, step: 1.5, confirm: 3 },
    search: { start: 20, least: 1, most: 1_000, precision: 1.2 },
    run: async (rate, seconds, runIn) => ({ result: await bench.run(rate, seconds, runIn), busy: IDLE }),
    settle: () => bench.settle(),
    onTrial: ({ rate }) => rates.push(rate),
  });
  // Timers are late on a busy machine, never early: what it can do is 50 a second at the most.
  assert.ok(knee.rate <= 55 && knee.rate >= 15, `${knee.rate} of ${rates.join()}`);
  assert.equal(knee.limit, "application");
  assert.notEqual(knee.why, "");
});

test("a server that is always too slow is a fault that says so", async () => {
  await using server = await serve((_, response) => void setTimeout(() => response.end("ok"), 600));
  const bench = await benchOn(server.url);
  const search = findKnee({
    ...{ instances: 1, objective: OBJECTIVE, step: 0.5, confirm: 1 },
    search: { start: 60, least: 50, most: 1_000, precision: 1.2 },
    run: async (rate, seconds, runIn) => ({ result: await bench.run(rate, seconds, runIn), busy: IDLE }),
    settle: () => Promise.resolve(),
    onTrial: () => {},
  });
  await assert.rejects(search, { code: "TF_MEASURE", message: /even at 50 requests a second, p95 was/ });
});

test("latencies of the run-in do not count, and nothing else of it is left out", async () => {
  let first = 0;
  await using server = await serve((_, response) => {
    first ||= Date.now();
    setTimeout(() => response.end("ok"), Date.now() - first < 900 ? 300 : 0);
  });
  const bench = await benchOn(server.url);
  const { trial } = await bench.run(40, 1, 2);
  assert.ok(trial.p95 < 300, `${trial.p95}`);
  assert.ok(trial.requests > 80, `${trial.requests}`);
});
