import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../units/random.ts";
import { compareWeb, compareWorkers, WEB_POLICIES } from "./compare.ts";
import { SimulatedFleet } from "./fleet.ts";
import { simulateFluid, stageOf } from "./fluid.ts";
import { requiredOf } from "./optimum.ts";
import { byPolicy } from "./policies/demand.ts";
import { fixed } from "./policies/fixed.ts";
import { webPolicy } from "./policies/web-policy.ts";
import { simulateRequests } from "./requests.ts";
import type { Trace } from "./trace.ts";
import { traceFigures } from "./trace.ts";
import { TRACES } from "./traces/catalogue.ts";
import { steps } from "./traces/steps.ts";
import { simulateWorkers, workerStage } from "./workers.ts";
import { DEFAULT_WORLD, WORKER_WORLD, type World } from "./world.ts";

/** The first days of a made trace: enough to see, quick to run. */
function part(name: string, days: number): Trace {
  const made = TRACES[name];
  assert.ok(made !== undefined, name);
  const trace = made.make(name);
  return { ...trace, rate: trace.rate.slice(0, days * 86_400) };
}

function flat(rate: number, seconds: number): Trace {
  return steps("flat", { seed: 1, levels: [[rate, seconds]], roughness: 0 });
}

function run(trace: Trace, world: World, name = "cheap"): ReturnType<typeof simulateFluid> {
  const stage = stageOf(trace, world);
  const policy = WEB_POLICIES[name]?.(stage);
  assert.ok(policy !== undefined, name);
  return simulateFluid(stage, policy);
}

test("what the need says suffices, and one fewer does not", () => {
  const trace = flat(400, 1200);
  const stage = stageOf(trace, { ...DEFAULT_WORLD, min: 1 });
  const need = stage.need[600] ?? 0;
  assert.equal(need, requiredOf(Float64Array.of(8), { ...DEFAULT_WORLD, min: 1 })[0]);
  assert.equal(simulateFluid(stage, fixed("enough", need)).violationSeconds, 0);
  assert.ok(simulateFluid(stage, fixed("few", need - 1)).violationSeconds > 1000);
});

test("the same seed gives the same score, another one another", () => {
  const trace = part("office", 1);
  assert.deepEqual(run(trace, DEFAULT_WORLD), run(trace, DEFAULT_WORLD));
  assert.notDeepEqual(run(trace, DEFAULT_WORLD), run(trace, { ...DEFAULT_WORLD, seed: 2 }));
});

test("the world has its price: slow boots, failing boots, late and lost measurements, a full database, releases", () => {
  const trace = steps("steps", {
    seed: 3,
    levels: [
      [100, 3600],
      [500, 3600],
      [200, 3600],
      [700, 3600],
    ],
    roughness: 0.02,
  });
  const usual = run(trace, DEFAULT_WORLD);
  const worse = (change: Partial<World>): ReturnType<typeof run> => run(trace, { ...DEFAULT_WORLD, ...change });
  assert.ok(worse({ boot: { ...DEFAULT_WORLD.boot, mean: 180 } }).violationSeconds > 2 * usual.violationSeconds);
  assert.ok(worse({ boot: { ...DEFAULT_WORLD.boot, mean: 3 } }).violationSeconds < usual.violationSeconds / 2);
  assert.ok(worse({ boot: { ...DEFAULT_WORLD.boot, failure: 0.5 } }).violationSeconds > usual.violationSeconds);
  assert.ok(worse({ metrics: { ...DEFAULT_WORLD.metrics, delay: 60 } }).violationSeconds > usual.violationSeconds);
  assert.ok(worse({ metrics: { ...DEFAULT_WORLD.metrics, loss: 0.8 } }).violationSeconds > usual.violationSeconds);
  assert.ok(worse({ ceiling: 8 }).shedPercent > 10);
  assert.ok(worse({ deploys: [5400] }).instanceHours > usual.instanceHours);
  assert.ok(worse({ billing: 3600 }).instanceHours > usual.instanceHours);
  assert.ok(worse({ ceiling: 8, retry: 0.9 }).violatedRequests > worse({ ceiling: 8 }).violatedRequests);
});

test("instances that die come back: as many are ready as their boots leave, and all are paid for throughout", () => {
  const world = { ...DEFAULT_WORLD, crash: 600, boot: { ...DEFAULT_WORLD.boot, mean: 60, variation: 0 } };
  const fleet = new SimulatedFleet(world, new Random(1), 50);
  const seconds = 20_000;
  let [ready, died] = [0, 0];
  for (let t = 0; t < seconds; t += 1) {
    died += fleet.advance(t);
    ready += fleet.ready;
    assert.equal(fleet.ready + fleet.starting, 50);
  }
  const share = ready / seconds / 50;
  assert.ok(Math.abs(share - 600 / 660) < 0.01, `${share}`);
  assert.ok(Math.abs(died / (ready / 600) - 1) < 0.1, `${died}`);
  assert.equal(fleet.total(seconds), 50 * seconds);
});

test("crashes cost violations and, where the policy notices, hours; none that comes changes nothing", () => {
  const trace = part("office", 1);
  const crashing = (crash: number | null, name?: string, seed = 1): ReturnType<typeof run> =>
    run(trace, { ...DEFAULT_WORLD, crash, seed }, name);
  const usual = crashing(null);
  assert.deepEqual(crashing(1e12), usual);
  assert.deepEqual(crashing(3600), crashing(3600));
  assert.notDeepEqual(crashing(3600), crashing(3600, "cheap", 2));
  const often = crashing(1200);
  assert.ok(crashing(7200).violationSeconds > usual.violationSeconds);
  assert.ok(often.violationSeconds > 2 * crashing(7200).violationSeconds);
  assert.ok(often.shedPercent > usual.shedPercent);
  assert.ok(often.instanceHours > usual.instanceHours);
  assert.equal(crashing(1200, "peak").instanceHours, crashing(null, "peak").instanceHours);
});

test("the job of a worker that dies is done again, and counts once", () => {
  const trace = flat(20, 7200);
  const scores = (world: World): ReturnType<typeof run>[] => [
    ...compareWorkers(
      workerStage(trace, world),
      ["tenfold", "peak"].map((name) => ({ kind: "named", name })),
    ),
  ];
  const usual = scores(WORKER_WORLD);
  const crashing = scores({ ...WORKER_WORLD, crash: 120 });
  assert.deepEqual(scores({ ...WORKER_WORLD, crash: 1e12 }), usual);
  // More of them keep the limit; the number that sufficed does not.
  assert.ok((crashing[0]?.instanceHours ?? 0) > (usual[0]?.instanceHours ?? 0));
  assert.ok((crashing[0]?.violationPercent ?? 1) < 0.01);
  assert.ok((usual[1]?.violationPercent ?? 1) < 0.01);
  assert.ok((crashing[1]?.violationPercent ?? 0) > 10);

  const allLate = { ...WORKER_WORLD, crash: 60, slo: { limit: -1, late: 0.001 } };
  const { violationPercent } = simulateWorkers({ ...workerStage(trace, WORKER_WORLD), world: allLate }, fixed("", 60));
  assert.ok(violationPercent > 99.8 && violationPercent <= 100, `${violationPercent}`);
});

test("both engines agree on hours and violations, and the request engine knows balancers", () => {
  const trace = steps("steps", {
    seed: 1,
    levels: [
      [100, 300],
      [300, 400],
      [200, 300],
    ],
    roughness: 0.02,
  });
  // Both queue where the policy sees it.
  const world: World = { ...DEFAULT_WORLD, queue: "balancer" };
  const stage = stageOf(trace, world);
  const policy = (): ReturnType<typeof byPolicy> => byPolicy("cheap", webPolicy(world, "cheap"));
  const fluid = simulateFluid(stage, policy());
  const requests = simulateRequests(stage, policy());
  assert.ok(
    Math.abs(requests.instanceHours / fluid.instanceHours - 1) < 0.08,
    `${requests.instanceHours} and ${fluid.instanceHours}`,
  );
  assert.ok(
    Math.abs(requests.violationSeconds - fluid.violationSeconds) < 40,
    `${requests.violationSeconds} and ${fluid.violationSeconds}`,
  );
  const balanced = (balancing: World["balancing"]): number =>
    simulateRequests(stageOf(flat(560, 200), { ...DEFAULT_WORLD, balancing }), fixed("16", 16)).p95;
  assert.ok(balanced("leastconn") < balanced("p2c") && balanced("p2c") < balanced("random"));
});

test("the clairvoyant optimum costs least and violates next to nothing", () => {
  const trace = part("office", 3);
  const best = run(trace, DEFAULT_WORLD, "optimum");
  assert.ok(best.ratio < 1.03, `${best.ratio}`);
  assert.ok(best.violationPercent < 0.05, `${best.violationPercent}`);
  for (const name of ["cheap", "safe", "hpa", "kpa", "tracking"])
    assert.ok(run(trace, DEFAULT_WORLD, name).ratio > best.ratio, name);
});

test("on days that were never used for tuning, it costs less than HPA 70 %, violates no more, and does not flap", () => {
  for (const name of ["evening-held", "office-held"]) {
    const stage = stageOf(part(name, 7), DEFAULT_WORLD);
    const [ours, hpa] = [
      ...compareWeb(
        stage,
        ["cheap", "hpa"].map((each) => ({ kind: "named", name: each })),
        "fluid",
      ),
    ];
    assert.ok(ours !== undefined && hpa !== undefined);
    assert.ok(ours.ratio < hpa.ratio - 0.08, `${name}: ${ours.ratio} against ${hpa.ratio}`);
    assert.ok(
      ours.violationPercent <= hpa.violationPercent + 0.01,
      `${name}: ${ours.violationPercent} against ${hpa.violationPercent}`,
    );
    assert.ok(ours.reversalsPerDay <= 1.2, `${name}: ${ours.reversalsPerDay}`);
  }
});

test("workers: no job is late at a seventh above the optimum, on days that were never used for tuning", () => {
  const [score] = [
    ...compareWorkers(workerStage(part("queue-held", 7), WORKER_WORLD), [{ kind: "named", name: "tenfold" }]),
  ];
  assert.ok(score !== undefined);
  assert.ok(score.ratio <= 1.1, `${score.ratio}`);
  assert.ok(score.violationPercent <= 0.1, `${score.violationPercent}`);
  assert.ok(score.reversalsPerDay <= 1.5, `${score.reversalsPerDay}`);
});

test("made traces are what they are said to be", () => {
  const worldCup = TRACES["world-cup"]?.make("world-cup");
  assert.ok(worldCup !== undefined);
  const { days, peak, peakToMean } = traceFigures(worldCup);
  assert.equal(days, 24);
  assert.ok(peak > 3500 && peak < 4400, `${peak}`);
  assert.ok(peakToMean > 7 && peakToMean < 10, `${peakToMean}`);
  const uses = new Set(Object.values(TRACES).map(({ use }) => use));
  assert.deepEqual(uses, new Set(["tuning", "held-out"]));
});
