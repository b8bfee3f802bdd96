import assert from "node:assert/strict";
import { test } from "node:test";
import type { FleetReport, MemberReport } from "@tenfold/protocol";
import { parseSpec } from "../../spec/parse.ts";
import type { Spec } from "../../spec/spec.ts";
import { lookForVisitors, reasonsForCaution } from "./caution.ts";
import { planLoad } from "./fleet-load.ts";

function specOf(more: Readonly<Record<string, unknown>>): Spec {
  const parsed = parseSpec({ name: "shop", web: "node server.js", ...more }, "shop");
  assert.ok(parsed.ok);
  return parsed.value;
}

const WISHES = { path: "/", rate: 100, seed: 1 };
const FLEET = { fleet: "shop", urls: { app: "http://127.0.0.1:8080" } };
const VARIABLES = {
  DATABASE_URL: "postgres://shop:x@127.0.0.1:1/shop",
  DATABASE_DIRECT_URL: "postgres://shop:x@127.0.0.1:2/shop",
  DATABASE_READ_URL_1: "postgres://shop:x@127.0.0.1:1/shop_read_1",
  REDIS_URL: "redis://:x@127.0.0.1:3/0",
};

test("load goes where the application's variables say", () => {
  const { plan, directUrl, notes } = planLoad(FLEET, specOf({ postgres: true, redis: true }), VARIABLES, WISHES);
  assert.equal(plan.url, "http://127.0.0.1:8080/");
  assert.deepEqual(plan.postgres, { url: VARIABLES.DATABASE_URL, readUrls: [VARIABLES.DATABASE_READ_URL_1] });
  assert.deepEqual([plan.redis?.url, directUrl, notes], [VARIABLES.REDIS_URL, VARIABLES.DATABASE_DIRECT_URL, []]);
});

test("a fleet without databases has none of their clients, whatever its variables hold", () => {
  const { plan, directUrl } = planLoad(FLEET, specOf({}), VARIABLES, WISHES);
  assert.deepEqual([plan.postgres, plan.redis, directUrl], [null, null, null]);
});

test("a Redis elsewhere is left out and told; replication elsewhere is nobody's business", () => {
  const spec = specOf({
    postgres: { url: "postgres://db.example.com/x" },
    redis: { url: "rediss://cache.example.com" },
  });
  const { plan, directUrl, notes } = planLoad(
    FLEET,
    spec,
    { ...VARIABLES, REDIS_URL: "rediss://cache.example.com" },
    WISHES,
  );
  assert.deepEqual([plan.redis, directUrl, notes.length], [null, null, 1]);
});

test("a fleet that is down, and a path that is none, are faults", () => {
  const spec = specOf({});
  assert.throws(() => planLoad({ fleet: "shop", urls: {} }, spec, {}, WISHES), { code: "TF_NOT_RUNNING" });
  assert.throws(() => planLoad(FLEET, spec, {}, { ...WISHES, path: "health" }), { code: "TF_ARGUMENT" });
});

function balancer(connections: number): { readonly members: readonly MemberReport[] } {
  const common = { role: null, state: "ready", release: null, pid: 1, port: 1, uptimeSeconds: 1, restarts: 0 } as const;
  return {
    members: [
      { name: "balancer-1", kind: "balancer", ...common, cpuPercent: 0, memoryBytes: 0, connections, detail: null },
    ],
  };
}

test("a fleet of one's own asks nothing; one that others use says why it does", () => {
  assert.deepEqual(reasonsForCaution(specOf({}), balancer(0), null), []);
  assert.match(reasonsForCaution(specOf({}), balancer(0), "production").join(), /environment production/);
  assert.match(reasonsForCaution(specOf({}), balancer(3), null).join(), /visitors: 3/);
  assert.match(
    reasonsForCaution(specOf({ balancer: { host: "0.0.0.0" } }), balancer(0), null).join(),
    /other machines/,
  );
  const managed = specOf({ postgres: { url: "postgres://db.example.com/x" } });
  assert.match(reasonsForCaution(managed, balancer(0), null).join(), /elsewhere/);
});

test("a connection that is gone a second later is no visitor", async () => {
  const report = (connections: number): FleetReport =>
    ({ members: [{ kind: "balancer", connections }] }) as unknown as FleetReport;
  for (const [first, then, expected] of [
    [1, 0, 0],
    [1, 2, 2],
    [0, 5, 0],
  ] as const) {
    const answers = [report(first), report(then)];
    const { members } = await lookForVisitors(async () => answers.shift() ?? report(0));
    assert.equal(members[0]?.connections, expected);
  }
});
