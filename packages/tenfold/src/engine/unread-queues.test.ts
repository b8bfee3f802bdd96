import assert from "node:assert/strict";
import { test } from "node:test";
import type { FleetReport } from "@tenfold/protocol";
import type { Observation } from "../fleet/observation.ts";
import { observation } from "./autoscaler.fixture.ts";
import { reportHealth } from "./report.ts";
import { unreadQueues } from "./unread-queues.ts";

function look(...unread: readonly string[]): Observation {
  return { ...observation(0, { requests: 0 }), unread: new Map(unread.map((worker) => [worker, "no broker"])) };
}

test("a queue counts as unread when two looks in a row could not read it", () => {
  const found = (...looks: readonly Observation[]): string[] => unreadQueues(looks).map(({ worker }) => worker);
  assert.deepEqual(found(), []);
  assert.deepEqual(found(look("mail")), []);
  assert.deepEqual(found(look(), look("mail")), []);
  assert.deepEqual(found(look("mail", "films"), look("mail")), ["mail"]);
  assert.deepEqual(found(look("mail"), look("mail"), look()), []);
});

test("a fleet with a queue that nobody can read is degraded, and its health says which and why", () => {
  const report: FleetReport = {
    ...{ version: 1, fleet: "shop", state: "healthy", release: 1, urls: {}, members: [] },
  };
  const queues = unreadQueues([look("mail"), look("mail")]);
  const health = reportHealth(report, { replication: null, backups: null, space: null, queues });
  assert.equal(health.status, "degraded");
  assert.deepEqual(health.checks, [
    { name: "queue.mail", status: "failed", detail: "worker.mail stays as it is: no broker" },
  ]);
  assert.equal(reportHealth(report, { replication: null, backups: null, space: null, queues: [] }).status, "healthy");
});
