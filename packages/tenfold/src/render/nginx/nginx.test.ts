import assert from "node:assert/strict";
import { test } from "node:test";
import { GOLDEN_PATHS, testFleet, web, webs } from "../../../test/edge/fleet.ts";
import { assertGolden, type GoldenFleet, judge } from "../../../test/edge/golden.ts";
import { memberNamed } from "../../fleet/data.ts";
import { routerOf } from "../../fleet/fleet.ts";
import { parseRouterAnswer, type RouterAnswer, routerAnswer } from "./router.ts";

const EVERYTHING = {
  name: "big-shop",
  web: {
    command: "node server.js",
    instances: { min: 2, max: 12 },
    sticky: "cookie",
    balance: "roundrobin",
    concurrency: 40,
    drain: "90s",
  },
  balancer: {
    engine: "nginx",
    host: "::",
    port: 8443,
    tls: "self-signed",
    rateLimit: "100/min",
    maxBody: "25mb",
    maxConnections: 5000,
    timeouts: { connect: "1s", request: "30s", idle: "20s", websocket: "2h", queue: "5s" },
  },
  postgres: { replicas: 2 },
  redis: { replicas: 2 },
};

const PLAIN = {
  web: { command: "node server.js", sticky: "ip", slowStart: 0, health: "/up" },
  balancer: { engine: "nginx", gzip: false, securityHeaders: false },
};

const MINIMAL = { web: "node server.js", balancer: "nginx" };

const FLEETS: readonly GoldenFleet[] = [
  { name: "minimal-edge", member: "balancer-1", fleet: { file: MINIMAL } },
  { name: "minimal-router", member: "balancer-2", fleet: { file: MINIMAL, topology: { serving: webs(3) } } },
  { name: "everything-edge", member: "balancer-1", fleet: { file: EVERYTHING } },
  {
    name: "everything-router",
    member: "balancer-2",
    fleet: { file: EVERYTHING, topology: { serving: [web(2), web(11)] } },
  },
  { name: "plain-edge", member: "balancer-1", fleet: { file: PLAIN } },
  { name: "plain-router", member: "balancer-2", fleet: { file: PLAIN, topology: { serving: webs(2) } } },
  { name: "nobody-router", member: "balancer-2", fleet: { file: MINIMAL } },
];

for (const golden of FLEETS) {
  test(`the configuration "${golden.name}" is as it was, and nginx accepts it without a warning`, async () => {
    assertGolden(new URL(import.meta.url), golden);
    const { code, output } = await judge(golden, ({ launch }) => {
      const words = launch.argv.slice(launch.argv.findIndex((word) => word.endsWith("/nginx")));
      return [...words, "-t", "-q"];
    });
    assert.equal(output, "");
    assert.equal(code, 0);
  });
}

function answer(serving: number, unwell: readonly number[] = []): RouterAnswer {
  const fleet = testFleet({ file: MINIMAL, paths: GOLDEN_PATHS, topology: { serving: webs(serving) } });
  return routerAnswer(fleet, memberNamed(fleet, routerOf(fleet.spec)), unwell.map(web));
}

test("instances that fail their health check get no requests, unless less than half would be left", () => {
  assert.deepEqual(answer(3, [2]).sending, [web(1), web(3)]);
  assert.deepEqual(answer(3, [2]).serving, webs(3));
  assert.deepEqual(answer(4, [1, 2]).sending, [web(3), web(4)]);
  assert.deepEqual(answer(3, [1, 2]).sending, webs(3));
  assert.deepEqual(answer(1, [1]).sending, webs(1));
  assert.deepEqual(answer(0).sending, []);
});

test("a router is known by who is attached and by who gets requests", () => {
  const seen = [answer(0), answer(2), answer(3), answer(3, [2]), answer(3, [1])].map((told) => told.fingerprint);
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(answer(3, [2]).fingerprint, seen[3]);
});

test("what is no answer of a router is none", () => {
  for (const text of ["", "tenfold", "tenfold a serving= sending=\n", "<html>"])
    assert.equal(parseRouterAnswer(text), null);
});
