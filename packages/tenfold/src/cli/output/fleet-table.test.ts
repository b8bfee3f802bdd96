import assert from "node:assert/strict";
import { test } from "node:test";
import type { FleetReport, MemberReport, ScalingReport } from "@tenfold/protocol";
import { formatFleet } from "./fleet-table.ts";

const MEMBER: MemberReport = {
  ...{ name: "web-1", kind: "web", group: "web", role: null, state: "ready", release: 1, port: 3000, pid: 1 },
  ...{ uptimeSeconds: 1, restarts: 0, cpuPercent: null, memoryBytes: null, connections: null, detail: null },
};

test("a number that is decided and waits is told without asking why", () => {
  const members = [MEMBER];
  const report = (waits: ScalingReport["waits"]): FleetReport => ({
    ...{ version: 1, fleet: "shop", state: "healthy", release: 1, urls: {}, members },
    scaling: [{ group: "worker.pdf", from: 0, target: 3, waits } as ScalingReport],
  });
  const plain = (text: string): string => text;
  const told = formatFleet(report({ operation: "deploy", since: "2026-01-01T12:00:03.000Z" }), plain);
  assert.match(told, /\nworker\.pdf {2}0 → 3 waits for deploy\n/);
  assert.doesNotMatch(formatFleet(report(null), plain), /worker\.pdf/);
});
