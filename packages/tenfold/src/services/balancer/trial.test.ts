import assert from "node:assert/strict";
import { openServing, testEngines } from "../../../test/edge/engines.ts";
import { web } from "../../../test/edge/fleet.ts";
import type { Lab } from "../../../test/edge/lab.ts";
import { resolveFleet } from "../../fleet/fleet.ts";
import type { CanarySet } from "../../fleet/web-sets.ts";
import type { Percent } from "../../units/percent.ts";

const WEB = { command: "serve", health: { path: "/health", interval: "200ms", timeout: "500ms" }, slowStart: 0 };
const VISITS = 300;

/** Puts the third instance on trial, or ends that; the balancer takes it as it would from the engine. */
async function put(edge: Lab, share: number | null): Promise<void> {
  const canary: CanarySet | null = share === null ? null : { release: 1, indexes: [3], share: share as Percent };
  edge.fleet = resolveFleet({ ...edge.fleet, web: { main: [1, 2], standby: null, canary } });
  edge.decide({ serving: [web(1), web(2)], canary: share === null ? [] : [web(3)] });
  for (const member of edge.requestBalancers) await edge.balancer.adapter.reload?.(edge.context, member);
  await edge.balancer.control.serve(edge.context);
}

async function shareOfThird(edge: Lab): Promise<number> {
  let third = 0;
  for (let visit = 0; visit < VISITS; visit += 1) {
    const { status, headers } = await edge.visit();
    assert.equal(status, 200);
    if (headers["x-instance"] === "web-3") third += 1;
  }
  return third / VISITS;
}

testEngines("a release on trial gets its share of the requests, and none when it has ended", async (open) => {
  await using edge = await openServing(open, { web: WEB }, 2);
  await edge.startInstances(3);
  await put(edge, 30);
  const share = await shareOfThird(edge);
  // Six standard deviations of 300 draws at 30 %.
  assert.ok(Math.abs(share - 0.3) < 0.16, `${share * 100} %`);
  await put(edge, null);
  assert.equal(await shareOfThird(edge), 0);
});

testEngines("a visitor who was given the release on trial stays with it", async (open) => {
  await using edge = await openServing(open, { web: { ...WEB, sticky: "cookie" } }, 2);
  await edge.startInstances(3);
  await put(edge, 50);
  for (const instance of ["web-1", "web-3"]) {
    const Cookie = `tenfold_shop=${instance}`;
    for (let turn = 0; turn < 10; turn += 1)
      assert.equal((await edge.visit({ headers: { Cookie } })).headers["x-instance"], instance);
  }
});

testEngines("an instance on trial that is killed fails nobody", async (open) => {
  await using edge = await openServing(open, { web: WEB }, 2);
  await edge.startInstances(3);
  await put(edge, 50);
  edge.stopInstance(3);
  for (let turn = 0; turn < 40; turn += 1) assert.equal((await edge.visit()).status, 200, edge.balancerLog);
});
