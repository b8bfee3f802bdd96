import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupName, MemberKind, MemberName } from "../fleet/member.ts";
import { Graph } from "./graph.ts";
import { planRemoval } from "./remove.ts";

function stepsFor(kind: MemberKind, { alive, attached }: { alive: boolean; attached: boolean }): string[] {
  const graph = new Graph();
  const member = { name: `${kind}-3` as MemberName, kind, group: kind as GroupName, index: 3 };
  planRemoval(graph, { member, alive, attached, ready: alive, restartKey: "", reloadKey: "" }, []);
  const plan = graph.finish();
  // One after the other: each waits for the one before.
  for (const [at, { after }] of plan.entries()) assert.deepEqual(after, at === 0 ? [] : [plan[at - 1]?.id]);
  return plan.map(({ step }) => step.kind);
}

test("whoever gets requests is detached, drained, stopped and removed, in that order", () => {
  assert.deepEqual(stepsFor("web", { alive: true, attached: true }), ["detach", "drain", "stop", "remove"]);
});

test("an instance whose removal was interrupted after it was detached is still waited for", () => {
  assert.deepEqual(stepsFor("web", { alive: true, attached: false }), ["drain", "stop", "remove"]);
});

test("who gets no requests is stopped, and who is dead is only removed", () => {
  assert.deepEqual(stepsFor("worker", { alive: true, attached: false }), ["stop", "remove"]);
  assert.deepEqual(stepsFor("web", { alive: false, attached: false }), ["remove"]);
});
