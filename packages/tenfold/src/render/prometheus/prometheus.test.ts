import assert from "node:assert/strict";
import { test } from "node:test";
import { GOLDEN_PATHS, testFleet } from "../../../test/edge/fleet.ts";
import { assertGolden, type GoldenFleet, judge } from "../../../test/edge/golden.ts";
import { memberNamed } from "../../fleet/data.ts";
import type { MemberName } from "../../fleet/member.ts";
import { renderMember } from "../render.ts";
import { renderTargets } from "./prometheus.ts";

const PROMETHEUS = "prometheus-1" as MemberName;

const FLEETS: readonly GoldenFleet[] = [
  { name: "minimal", member: PROMETHEUS, fleet: { file: { web: "node server.js", monitoring: true } } },
  {
    name: "everything",
    member: PROMETHEUS,
    fleet: {
      file: {
        name: "big-shop",
        web: { command: "node server.js", instances: { min: 2, max: 12 } },
        workers: { mail: "node mail.js" },
        postgres: { replicas: 2 },
        redis: { replicas: 2 },
        backups: true,
        monitoring: {
          interval: "5s",
          retention: "90d",
          size: "10gb",
          scrape: "/metrics",
          alerts: {
            to: [{ webhook: "https://example.com/alerts" }],
            rules: { cacheMisses: false, queueDepth: { above: 200, for: "2m", severity: "critical" } },
          },
        },
      },
    },
  },
];

for (const golden of FLEETS) {
  test(`the configuration of the fleet "${golden.name}" is as it was, and Prometheus accepts it and its rules`, async () => {
    assertGolden(new URL(import.meta.url), golden);
    const { code, output } = await judge(golden, ({ files }) => [
      "/usr/bin/promtool",
      "check",
      "config",
      files[0]?.path ?? "",
    ]);
    assert.equal(code, 0, output);
    assert.match(output, /prometheus\.yml is valid/);
    assert.match(output, /SUCCESS: \d+ rules found/);
  });
}

test("instances that come and go change the list of targets, and nothing that needs a reload or a restart", () => {
  const file = { web: "node server.js", monitoring: { scrape: "/metrics" } };
  const [few, many] = [1, 3].map((web) =>
    testFleet({ file, paths: GOLDEN_PATHS, web, ports: { "prometheus-1": 19_000 } }),
  );
  assert.ok(few !== undefined && many !== undefined);
  const named = (fleet: typeof few) => renderTargets(fleet, { name: PROMETHEUS });
  const targets: unknown = JSON.parse(named(many).content);
  assert.ok(Array.isArray(targets));
  assert.deepEqual(
    targets.map(({ labels }: { labels: unknown }) => labels),
    ["web-1", "web-2", "web-3"].map((instance) => ({ instance, release: "1" })),
  );
  assert.notEqual(named(few).content, named(many).content);
  const ports = { "prometheus-1": 19_000, "engine/metrics": 19_001, "balancer-1/metrics": 19_002 };
  const [before, after] = [1, 3].map((web) => {
    const fleet = testFleet({ file, paths: GOLDEN_PATHS, web, ports });
    return renderMember(fleet, memberNamed(fleet, PROMETHEUS));
  });
  assert.deepEqual(before?.launch, after?.launch);
  assert.equal(before?.takes, after?.takes);
});

test("nothing that Prometheus says of itself is to be reached from elsewhere, and no file of it is for others to read", () => {
  const fleet = testFleet({ file: FLEETS[1]?.fleet.file ?? {}, paths: GOLDEN_PATHS });
  for (const name of [PROMETHEUS, "alertmanager-1" as MemberName]) {
    const { files, launch } = renderMember(fleet, memberNamed(fleet, name));
    assert.ok(launch.argv.some((word) => /^--web\.listen-address=127\.0\.0\.1:\d+$/.test(word)));
    assert.equal(launch.runAs, "service");
    for (const { mode } of files) assert.equal(mode, 0o600);
  }
});
