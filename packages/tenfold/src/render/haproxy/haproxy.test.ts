import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { GOLDEN_PATHS, testFleet, web, webs } from "../../../test/edge/fleet.ts";
import { assertGolden, type GoldenFleet, judge } from "../../../test/edge/golden.ts";
import { renderBalancer } from "../edge/balancer.ts";

const FLEETS: readonly GoldenFleet[] = [
  { name: "minimal", member: "balancer-1", fleet: { file: { web: "node server.js" }, topology: { serving: webs(3) } } },
  {
    name: "everything",
    member: "balancer-1",
    fleet: {
      file: {
        name: "big-shop",
        web: {
          command: "node server.js",
          instances: { min: 2, max: 12 },
          health: { path: '/it\'s "up"?#$HOME\\'.replaceAll(" ", ""), interval: "250ms", timeout: "1s" },
          sticky: "cookie",
          balance: "roundrobin",
          concurrency: 40,
          drain: "90s",
        },
        balancer: {
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
      },
      topology: { serving: [web(2), web(11)] },
    },
  },
  {
    name: "plain",
    member: "balancer-1",
    fleet: {
      file: {
        web: { command: "node server.js", sticky: "ip", slowStart: 0, health: "/up" },
        balancer: { gzip: false, securityHeaders: false },
      },
    },
  },
  {
    name: "fronts-only",
    member: "balancer-3",
    fleet: { file: { web: "node server.js", balancer: "nginx", postgres: { replicas: 1 }, redis: { replicas: 1 } } },
  },
];

for (const golden of FLEETS) {
  test(`the configuration of the fleet "${golden.name}" is as it was, and HAProxy accepts it without a warning`, async () => {
    assertGolden(new URL(import.meta.url), golden);
    const { code, output } = await judge(golden, ({ launch }) => {
      const [program = ""] = launch.argv;
      return [program, "-c", "-f", launch.argv.at(-1) ?? ""];
    });
    assert.equal(output, "Configuration file is valid\n");
    assert.equal(code, 0);
  });
}

test("a balancer need not be reloaded for those who come and go, but for what the file says", () => {
  const ports = { "balancer-1/metrics": 19_001, "balancer-1/redis": 19_002 };
  const takes = (file: Record<string, unknown>, serving: number, count: number): string => {
    const fleet = testFleet({ file, ports, paths: GOLDEN_PATHS, web: count, topology: { serving: webs(serving) } });
    const [member] = fleet.members;
    assert.ok(member);
    return createHash("md5")
      .update(renderBalancer(fleet, member).takes ?? "")
      .digest("hex");
  };
  const file = { web: "node server.js", redis: { replicas: 1 } };
  const now = takes(file, 3, 3);
  assert.equal(takes(file, 2, 3), now);
  assert.equal(takes(file, 3, 60), now);
  assert.equal(takes({ ...file, redis: { replicas: 2 } }, 3, 3), now);
  assert.notEqual(takes({ ...file, balancer: { maxBody: "1mb" } }, 3, 3), now);
  assert.notEqual(takes({ web: "node server.js" }, 3, 3), now);
});
