import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../load/arrivals/random.ts";
import { DRILLS } from "./catalogue.ts";
import { choose, drillsNamed, lacks, randomDrills } from "./choose.ts";
import { describeAct } from "./drill.ts";
import { judge, MEASURES, type Measure } from "./pledge.ts";

function members(...names: readonly string[]) {
  return names.map((name) => {
    const [member = "", role = null] = name.split(":");
    return { name: member, kind: member.replace(/-.*$/, ""), role };
  });
}

const WHOLE = members(
  ...["web-1", "web-2", "worker-1", "scheduler-1", "balancer-1", "pooler-1", "cache-1"],
  ...["postgres-1:primary", "postgres-2:replica", "postgres-3:replica", "redis-1:master", "redis-2:replica"],
  ...["sentinel-1", "sentinel-2", "sentinel-3"],
);

test("each kind of member is killed and frozen, and every name is there once", () => {
  const names = DRILLS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const struck = ["web", "worker", "scheduler", "balancer", "pooler", "postgres-primary", "postgres-replica"];
  for (const who of [
    ...struck,
    "postgres-replicas",
    "redis-master",
    "redis-replica",
    "sentinel",
    "sentinels",
    "cache",
    "engine",
  ])
    for (const how of ["killed", "frozen"]) assert.ok(names.includes(`${who}-${how}`), `${who}-${how}`);
});

test("every drill ends with a fleet that is whole, and promises that no acknowledged write is lost", () => {
  for (const { name, acts, pledges } of DRILLS) {
    assert.deepEqual(acts.at(-1), { act: "await", what: "whole" }, name);
    assert.ok(
      pledges.some(({ measure, atMost }) => measure === "lostWrites" && atMost === 0),
      name,
    );
    assert.equal(
      new Set(pledges.map(({ measure }) => measure)).size,
      pledges.length,
      `${name} promises something twice`,
    );
    for (const act of acts) assert.notEqual(describeAct(act), "");
  }
});

test("a whole fleet can do every drill, a small one only those for which it has the members", () => {
  assert.deepEqual(
    DRILLS.filter((drill) => lacks(drill, WHOLE) !== null),
    [],
  );
  const small = members("web-1", "balancer-1", "postgres-1:primary", "postgres-2:replica");
  const [both] = drillsNamed(["postgres-replicas-killed"]);
  const [stale] = drillsNamed(["stale-replica"]);
  assert.equal(both && lacks(both, small), "the fleet lacks 2 postgres replicas");
  assert.equal(stale && lacks(stale, small), "the fleet lacks 2 postgres replicas");
});

test("the same seed gives the same drills and the same victims", () => {
  const [first, again, other] = [1, 1, 2].map((seed) =>
    randomDrills(8, WHOLE, seededRandom(seed)).map(({ name }) => name),
  );
  assert.deepEqual(first, again);
  assert.notDeepEqual(first, other);
  const victims = (seed: number) => choose([{ kind: "web", role: null, count: 2 }], WHOLE, seededRandom(seed));
  assert.deepEqual(victims(1), victims(1));
  assert.deepEqual(victims(1)?.toSorted(), ["web-1", "web-2"], "nobody is struck twice");
  assert.equal(choose([{ kind: "web", role: null, count: 3 }], WHOLE, seededRandom(1)), null);
});

test("a drill that does not exist is told with the nearest", () => {
  assert.throws(() => drillsNamed(["web-kiled"]), { code: "TF_ARGUMENT", message: /did you mean web-killed/ });
});

test("a promise is broken by what is more, and by what never came; what a fleet lacks is left out", () => {
  const findings = Object.fromEntries(Object.keys(MEASURES).map((measure) => [measure, null])) as Record<
    Measure,
    number | null
  >;
  findings.failedRequests = 1;
  findings.writeOutage = 200;
  const pledges = [
    { measure: "failedRequests", atMost: 0 },
    { measure: "writeOutage", atMost: 300 },
    { measure: "timeToWhole", atMost: 1_000 },
    { measure: "lostJobs", atMost: 0 },
  ] as const;
  const judged = judge(pledges, findings, (measure) => measure !== "lostJobs");
  assert.deepEqual(
    judged.map(({ measure, kept }) => [measure, kept]),
    [
      ["failedRequests", false],
      ["writeOutage", true],
      ["timeToWhole", false],
    ],
  );
});
