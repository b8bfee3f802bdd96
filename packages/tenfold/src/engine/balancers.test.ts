import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../testing/eventually.ts";
import { FULL_FILE, MemoryFleet } from "../testing/memory-fleet.ts";

const NGINX_FILE = { ...FULL_FILE, balancer: "nginx" };

test("a balancer that becomes another program is stopped by the signal that it knows, and its fellows leave last", async () => {
  await using fleet = await MemoryFleet.create();
  const engine = await fleet.engine();
  await fleet.up(engine, NGINX_FILE);
  const balancers = (): string[] => fleet.alive().filter((name) => name.startsWith("balancer"));
  assert.deepEqual(balancers(), ["balancer-1", "balancer-2", "balancer-3"]);
  const pid = fleet.pidOf("balancer-1");
  const ended: string[] = [];
  engine.events.subscribe((event) => {
    if (event.kind === "step" && event.outcome === "done") ended.push(`${event.step.kind} ${event.step.subject}`);
  });
  await fleet.up(engine, FULL_FILE);
  assert.deepEqual(balancers(), ["balancer-1"]);
  assert.equal(fleet.machine.processes.get(pid)?.end?.signal, "SIGQUIT");
  for (const name of ["balancer-2", "balancer-3"])
    assert.ok(ended.lastIndexOf("ready balancer-1") < ended.indexOf(`stop ${name}`), ended.join(", "));
});

test("nginx is told when an instance fails its probe, and when it passes again", async () => {
  await using fleet = await MemoryFleet.create();
  const engine = await fleet.engine();
  await fleet.up(engine, NGINX_FILE);
  const state = (): string | undefined => engine.ps()?.members.find(({ name }) => name === "web-2")?.state;
  const told = (): number => fleet.tier.trace.filter((effect) => effect.startsWith("serve")).length;
  const before = told();
  fleet.tier.broken.set("web-2", "answers GET /health with 500");
  await eventually("a sick web-2, told", () => state() === "failed" && told() > before);
  const sick = told();
  fleet.tier.broken.delete("web-2");
  await eventually("a well web-2, told", () => state() === "ready" && told() > sick);
  assert.deepEqual(fleet.tier.serving, ["web-1", "web-2", "web-3"], "it was attached all the while");
});
