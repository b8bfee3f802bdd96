import assert from "node:assert/strict";
import { test } from "node:test";
import type { FleetReport, MemberReport } from "@tenfold/protocol";
import type { Stroke } from "../../targets/breaker.ts";
import { notBack, notWhole } from "./wholeness.ts";

function member(name: string, change: Partial<MemberReport> = {}): MemberReport {
  const kind = name.replace(/-\d+$/, "");
  const common = {
    release: 1,
    port: null,
    uptimeSeconds: 1,
    restarts: 0,
    cpuPercent: 0,
    memoryBytes: 0,
    connections: 0,
  };
  return { name, kind, role: null, state: "ready", pid: 100, detail: null, ...common, ...change };
}

function fleet(...members: readonly MemberReport[]): FleetReport {
  return { version: 1, fleet: "shop", state: "healthy", release: 1, urls: {}, members };
}

const STROKE: Stroke = { member: "web-1", pid: 100, startTime: 5, how: "kill", at: 0 };
const BEFORE = fleet(member("web-1"), member("web-2"), member("postgres-1", { role: "primary" }));

test("whoever was killed counts as away until another process is named, although nobody has noticed", () => {
  const gone = { stroke: STROKE, isThere: false, isThawed: false };
  assert.equal(notBack(BEFORE, [gone]), "web-1 does not run");
  const again = fleet(member("web-1", { pid: 200, state: "starting" }), ...BEFORE.members.slice(1));
  assert.equal(notBack(again, [gone]), "web-1 is starting");
  const ready = fleet(member("web-1", { pid: 200 }), ...BEFORE.members.slice(1));
  assert.equal(notWhole(ready, BEFORE, [gone]), null);
});

test("whoever is frozen is away until it goes on or is replaced", () => {
  const stroke: Stroke = { ...STROKE, how: "freeze" };
  assert.equal(notWhole(BEFORE, BEFORE, [{ stroke, isThere: true, isThawed: false }]), "web-1 is still frozen");
  assert.equal(notWhole(BEFORE, BEFORE, [{ stroke, isThere: true, isThawed: true }]), null);
});

test("a fleet without its leader, or with fewer members, is not whole", () => {
  const without = fleet(member("web-1"), member("web-2"), member("postgres-1"));
  assert.equal(notWhole(without, BEFORE, []), "there is no primary");
  assert.match(notWhole(fleet(...BEFORE.members.slice(1)), BEFORE, []) ?? "", /fewer members of the kind web/);
  const two = fleet(...BEFORE.members, member("postgres-2", { role: "primary" }));
  assert.equal(notWhole(two, BEFORE, []), "postgres-1,postgres-2 are all primary");
  const failed = fleet(member("web-1", { state: "failed", detail: "it crashed" }), ...BEFORE.members.slice(1));
  assert.equal(notWhole(failed, BEFORE, []), "web-1 is failed: it crashed");
});
