import assert from "node:assert/strict";
import { Agent } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { testEngines } from "../../../test/edge/engines.ts";
import { web, webs } from "../../../test/edge/fleet.ts";
import { type Lab, untilPasses } from "../../../test/edge/lab.ts";
import { type Crowd, crowd, type Reply, WebSocketVisitor } from "../../../test/edge/visitor.ts";
import { renderBalancer } from "../../render/edge/balancer.ts";

function noFailures({ failures, requests }: Crowd, atLeast: number, log: string): void {
  assert.deepEqual(failures.slice(0, 5), [], `${failures.length} of ${requests} failed\n${log.slice(-3000)}`);
  assert.ok(requests >= atLeast, `only ${requests} requests`);
}

/** By the visitors' clock alone: an instance that is short of processor time reads its requests later. */
function sentNothing({ lastSent }: Crowd, instance: string, since: number): void {
  const late = (lastSent.get(instance) ?? 0) - since;
  assert.ok(late <= 0, `what was sent after ${late} ms still went to ${instance}`);
}

/** As for `tenfold restart balancer`. */
async function reload(edge: Lab): Promise<void> {
  for (const member of edge.requestBalancers) await edge.balancer.adapter.reload?.(edge.context, member);
}

const PATHS = ["/", "/slow?ms=20", "/text"];

testEngines("an instance that is detached gets no new request, while those in flight finish", async (open, engine) => {
  await using edge = await open({});
  await Promise.all([edge.startBalancer(), edge.startInstances(1, 2, 3)]);
  await edge.serve(1, 2, 3);
  await using load = crowd({ port: edge.port, visitors: 20, paths: PATHS, think: 5 });
  await untilPasses(() => assert.ok(load.count() > 300));
  const web2 = edge.webMember(2);
  const inFlight = (): Promise<number> => edge.balancer.control.inFlight(edge.context, web2);
  const held = (): { instance: string }[] => edge.asked().filter(({ request }) => request.endsWith("/held"));
  const atWeb2 = (): number => held().filter(({ instance }) => instance === "web-2").length;
  const answers: Promise<Reply>[] = [];
  while (atWeb2() < 2) {
    answers.push(edge.visit({ path: "/held" }));
    await untilPasses(() => assert.equal(held().length, answers.length));
  }
  await edge.serve(1, 3);
  const detachedAt = Date.now();
  assert.deepEqual(await edge.balancer.control.serving(edge.context), [web(1), web(3)]);
  const atDetach = await inFlight();
  assert.ok(atDetach >= atWeb2() && atDetach <= 20 + atWeb2(), `${atDetach} in flight, ${atWeb2()} held`);
  await untilPasses(async () => assert.equal(await inFlight(), atWeb2()));
  const calmAt = Date.now();
  const before = load.count();
  await untilPasses(() => assert.ok(load.count() > before + 1000));
  assert.equal(await inFlight(), atWeb2());
  edge.release();
  for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
  await untilPasses(async () => assert.equal(await inFlight(), 0));
  const released = load.count();
  await untilPasses(() => assert.ok(load.count() > released + 300));
  const seen = await load.stop();
  noFailures(seen, 1600, edge.balancerLog);
  // What a former worker of nginx had accepted may reach the instance a moment later: then it is in flight.
  sentNothing(seen, "web-2", engine === "haproxy" ? detachedAt : calmAt);
});

testEngines("the fleet grows from 3 to 10 and shrinks to 2 under load, and nobody notices", async (open) => {
  await using edge = await open({ web: { command: "serve", health: "/health", slowStart: "1s" } }, 10);
  await Promise.all([edge.startBalancer(), edge.startInstances(1, 2, 3)]);
  await edge.serve(1, 2, 3);
  await using load = crowd({ port: edge.port, visitors: 20, paths: PATHS, think: 10 });
  await untilPasses(() => assert.ok(load.count() > 200));
  await edge.startInstances(4, 5, 6, 7, 8, 9, 10);
  // As the engine does it: attached one by one, at the same time.
  await Promise.all(
    [4, 5, 6, 7, 8, 9, 10].map((last) => edge.serve(...Array.from({ length: last }, (_, at) => at + 1))),
  );
  assert.deepEqual(await edge.balancer.control.serving(edge.context), webs(10));
  const grown = load.count();
  await untilPasses(() => assert.ok(load.count() > grown + 1500));
  for (let last = 9; last >= 2; last -= 1) {
    await edge.serve(...Array.from({ length: last }, (_, at) => at + 1));
    const leaving = edge.webMember(last + 1);
    await untilPasses(async () => assert.equal(await edge.balancer.control.inFlight(edge.context, leaving), 0));
    edge.stopInstance(last + 1, "SIGKILL");
  }
  const shrunk = load.count();
  await untilPasses(() => assert.ok(load.count() > shrunk + 500));
  const seen = await load.stop();
  noFailures(seen, 2500, edge.balancerLog);
  assert.deepEqual([...seen.instances.keys()].sort(), webs(10).sort());
});

testEngines("an instance takes traffic soon after it is attached", async (open) => {
  await using edge = await open({});
  await Promise.all([edge.startBalancer(), edge.startInstances(1, 2)]);
  await edge.serve(1);
  await using load = crowd({ port: edge.port, visitors: 8, paths: ["/"], think: 20 });
  await untilPasses(() => assert.ok(load.count() > 100));
  const attachedAt = Date.now();
  await edge.serve(1, 2);
  const first = await untilPasses(() => {
    const asked = edge.asked().find(({ instance }) => instance === "web-2");
    assert.ok(asked);
    return asked.at - attachedAt;
  });
  await load.stop();
  assert.ok(first <= 5_000, `${first} ms`);
});

testEngines("200 instances are attached and detached in one go", async (open) => {
  await using edge = await open({ web: { command: "serve", health: "/health", instances: 200 } }, 200);
  await edge.startBalancer();
  const began = Date.now();
  await edge.serve(...Array.from({ length: 200 }, (_, at) => at + 1));
  assert.deepEqual(await edge.balancer.control.serving(edge.context), webs(200));
  await edge.serve(7);
  assert.deepEqual(await edge.balancer.control.serving(edge.context), [web(7)]);
  assert.ok(Date.now() - began < 10_000, `${Date.now() - began} ms`);
});

testEngines("a reload under load drops nothing, and sockets go on in the former worker", async (open) => {
  await using edge = await open({});
  await Promise.all([edge.startBalancer(), edge.startInstances(1, 2)]);
  await edge.serve(1, 2);
  await using socket = new WebSocketVisitor(edge.port);
  await untilPasses(() => assert.match(socket.received, /hello/));
  await using load = crowd({ port: edge.port, visitors: 30, paths: PATHS, think: 60 });
  for (let turn = 0; turn < 4; turn += 1) {
    const before = load.count();
    await untilPasses(() => assert.ok(load.count() > before + 700));
    await reload(edge);
  }
  const before = load.count();
  await untilPasses(() => assert.ok(load.count() > before + 700));
  noFailures(await load.stop(), 3500, edge.balancerLog);
  socket.send("still here\n");
  await untilPasses(() => assert.match(socket.received, /still here/));
});

testEngines(
  "what a former worker carries counts as in flight, and its idle connections follow the new set",
  async (open, engine) => {
    await using edge = await open({});
    await Promise.all([edge.startBalancer(), edge.startInstances(1, 2)]);
    await edge.serve(1);
    await using socket = new WebSocketVisitor(edge.port);
    await untilPasses(() => assert.match(socket.received, /hello from web-1/));
    // Visitors who think for longer than the reload takes: their connections stay behind in the former worker.
    await using load = crowd({ port: edge.port, visitors: 10, paths: ["/"], think: 2000 });
    await untilPasses(() => assert.ok(load.count() >= 10));
    await edge.balancer.adapter.reload?.(edge.context, edge.router);
    await edge.serve(2);
    const detachedAt = Date.now();
    const inFlight = (index: number): Promise<number> =>
      edge.balancer.control.inFlight(edge.context, edge.webMember(index));
    await untilPasses(async () => assert.equal(await inFlight(1), 1));
    // nginx counts connections, of which it keeps some to whoever is attached.
    if (engine === "haproxy") await untilPasses(async () => assert.equal(await inFlight(2), 0));
    await pause(3000);
    const seen = await load.stop();
    noFailures(seen, 20, edge.balancerLog);
    sentNothing(seen, "web-1", detachedAt);
    await socket[Symbol.asyncDispose]();
    await untilPasses(async () => assert.equal(await inFlight(1), 0));
  },
);

testEngines("more instances than slots are reached by a reload, under load, with nothing dropped", async (open) => {
  await using edge = await open({}, 40);
  await Promise.all([edge.startBalancer(), edge.startInstances(1, 2, 40)]);
  await edge.serve(1, 2);
  await using load = crowd({ port: edge.port, visitors: 20, paths: PATHS, think: 20 });
  await untilPasses(() => assert.ok(load.count() > 500));
  await edge.serve(1, 40);
  assert.deepEqual(await edge.balancer.control.serving(edge.context), [web(1), web(40)]);
  await untilPasses(() => assert.ok(edge.asked().some(({ instance }) => instance === "web-40")));
  noFailures(await load.stop(), 500, edge.balancerLog);
});

testEngines(
  "a configuration that is refused is a fault with the program's own words, and what ran goes on",
  async (open) => {
    await using edge = await open({});
    await Promise.all([edge.startBalancer(), edge.startInstances(1)]);
    await edge.serve(1);
    const [file] = renderBalancer(edge.fleet, edge.router).files;
    assert.ok(file);
    await edge.driver.writeFiles([{ ...file, content: `${file.content}\nnonsense here;\n` }]);
    await assert.rejects(
      async () => edge.balancer.adapter.reload?.(edge.context, edge.router),
      (error: { code?: string; lines?: string[] }) =>
        error.code === "TF_CONFIG_REJECTED" && (error.lines ?? []).some((line) => line.includes("nonsense")),
    );
    assert.equal((await edge.visit()).status, 200);
  },
);

testEngines(
  "a balancer that does not run is a fault for those who change it, and no answer for those who ask",
  async (open) => {
    await using edge = await open({});
    await assert.rejects(edge.serve(1), { code: "TF_BALANCER_SILENT" });
    assert.equal(await edge.balancer.control.serving(edge.context), null);
    assert.equal(await edge.balancer.control.inFlight(edge.context, edge.webMember(1)), 0);
    const probe = await edge.balancer.adapter.probe(edge.context, edge.member("balancer-1"));
    assert.equal(probe.ready, false);
  },
);

testEngines("a balancer that was killed comes back with the instances that it had", async (open) => {
  await using edge = await open({});
  await Promise.all([edge.startBalancer(), edge.startInstances(1, 2)]);
  await edge.serve(2);
  for (const { name } of edge.requestBalancers) {
    const process = edge.processes.get(name);
    assert.ok(process);
    edge.driver.signal(process, "SIGKILL", "session");
    await untilPasses(() => assert.equal(edge.driver.hasRemains(process), false));
    await edge.startOne(name);
    assert.deepEqual(await edge.balancer.control.serving(edge.context), [web(2)]);
    assert.equal((await edge.visit()).headers["x-instance"], "web-2");
  }
});

testEngines(
  "a balancer that is stopped finishes its requests, and idle visitors do not hold it",
  async (open, engine) => {
    await using edge = await open({});
    await Promise.all([edge.startBalancer(), edge.startInstances(1)]);
    await edge.serve(1);
    const agent = new Agent({ keepAlive: true });
    assert.equal((await edge.visit({ agent })).status, 200);
    for (const member of edge.requestBalancers) {
      const process = edge.processes.get(member.name);
      const { stop } = renderBalancer(edge.fleet, member).launch;
      assert.ok(process);
      const before = edge.asked().length;
      const slow = edge.visit({ path: "/slow?ms=700" });
      await untilPasses(() => assert.equal(edge.asked().length, before + 1));
      edge.driver.signal(process, stop.signal, "leader");
      const isQuiet = async (): Promise<boolean | undefined> => edge.balancer.adapter.isQuiet?.(edge.context, member);
      assert.equal(await isQuiet(), false);
      assert.equal((await slow).status, 200);
      // HAProxy would wait for idle visitors, so that is asked; nginx ends by itself.
      if (engine === "haproxy") await untilPasses(async () => assert.equal(await isQuiet(), true));
      else await untilPasses(() => assert.equal(edge.driver.isAlive(process), false));
      break;
    }
    agent.destroy();
  },
);
