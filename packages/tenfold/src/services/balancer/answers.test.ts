import assert from "node:assert/strict";
import { test } from "node:test";
import { type OpenLab, openServing } from "../../../test/edge/engines.ts";
import { Lab, untilPasses } from "../../../test/edge/lab.ts";
import { WebSocketVisitor } from "../../../test/edge/visitor.ts";
import { answersBelow, type LatencyLook, recentLatency } from "../../fleet/latency.ts";
import { PROBE_PATH } from "../../render/edge/edge.ts";
import { parseAnswers } from "./answers.ts";

/** Looks at a balancer as the observer does, five seconds apart by its clock. */
class Watch {
  readonly #lab: Lab;
  readonly looks: LatencyLook[] = [];

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  async look(): Promise<LatencyLook> {
    const web = await this.#lab.balancer.control.figures(this.#lab.context);
    assert.ok(web !== null);
    const look = { at: this.looks.length * 5_000, web };
    this.looks.push(look);
    return look;
  }

  /** How many answers the balancer has counted since it began. */
  async count(): Promise<number> {
    const { web } = await this.look();
    return answersBelow(web?.answers.counts ?? new Map(), Number.POSITIVE_INFINITY);
  }
}

/** Asks for each path, ten at a time, and gives the milliseconds that each took. */
async function ask(lab: Lab, paths: readonly string[]): Promise<number[]> {
  const left = [...paths];
  const times: number[] = [];
  const visitor = async (): Promise<void> => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      const began = performance.now();
      assert.equal((await lab.visit({ path })).status, 200);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: 10 }, visitor));
  return times.toSorted((a, b) => a - b);
}

/** Every tenth is slow. */
function mixed(count: number): string[] {
  return Array.from({ length: count }, (_, at) => (at % 10 === 9 ? "/slow?ms=400" : "/"));
}

const open: OpenLab = (file = {}, slots) => Lab.open(file, slots);

test("an instance that is slow for one request of ten is told by the 95th percentile, and not by the median", async () => {
  await using edge = await openServing(open, {}, 2);
  const watch = new Watch(edge);
  await watch.look();
  const times = await ask(edge, mixed(200));
  await watch.look();
  const latency = recentLatency(watch.looks);
  assert.equal(latency?.answers, 200);
  // Visitors have waited a little longer than the balancer has; a bucket is a tenth wide, and a timer may be 1 ms early.
  assert.ok(latency.p95 >= 390 && latency.p95 <= (times[189] ?? 0) * 1.1, `${latency.p95}, visitors ${times[189]}`);
  assert.ok(latency.p50 <= (times[99] ?? 0) * 1.1 && latency.p50 < 390, `${latency.p50}, visitors ${times[99]}`);
});

test("the time in the balancer's queue is in it", async () => {
  await using edge = await openServing(open, { web: { command: "serve", health: "/health", concurrency: 1 } }, 1);
  const watch = new Watch(edge);
  await watch.look();
  await ask(edge, Array(50).fill("/slow?ms=20"));
  await watch.look();
  const latency = recentLatency(watch.looks);
  assert.ok(latency !== null && latency.p95 >= 100, `${latency?.p95}`);
});

test("WebSockets, checks and what the balancer answers itself are not counted, and a stream by its first line", async () => {
  await using edge = await openServing(open, {}, 1);
  const watch = new Watch(edge);
  const before = await watch.count();
  {
    await using socket = new WebSocketVisitor(edge.port);
    await untilPasses(() => assert.match(socket.received, /hello/));
    for (let turn = 0; turn < 5; turn += 1) assert.equal((await edge.visit({ path: PROBE_PATH })).status, 200);
    assert.match((await edge.visit({ path: "/events?count=12&every=100" })).body, /data: 12/);
  }
  assert.equal((await watch.count()) - before, 1);
  const [counts] = watch.looks.slice(-1).map(({ web }) => web?.answers.counts ?? new Map());
  assert.equal(answersBelow(counts ?? new Map(), 1_000), 1, "the stream has lasted for 1.2 s");
});

test("a reload begins anew, and the 95th percentile goes on", async () => {
  await using edge = await openServing(open, {}, 2);
  const watch = new Watch(edge);
  await watch.look();
  await ask(edge, mixed(60));
  const first = await watch.look();
  await edge.balancer.adapter.reload?.(edge.context, edge.router);
  await ask(edge, mixed(30));
  const second = await watch.look();
  assert.notEqual(second.web?.answers.process, first.web?.answers.process);
  const latency = recentLatency(watch.looks);
  assert.equal(latency?.answers, 90);
  assert.ok(latency.p95 >= 390, `${latency.p95}`);
});

test("what an instance leaves unanswered is told from what nobody could take, and what another one answers is neither", async () => {
  const limits = { request: "2s", queue: "300ms" };
  const web = { command: "serve", health: "/health", concurrency: 1 };
  await using edge = await openServing(open, { web, balancer: { timeouts: limits } }, 1);
  const figures = async (): Promise<readonly unknown[]> => {
    const seen = await edge.balancer.control.figures(edge.context);
    return [seen?.unanswered, seen?.refused];
  };
  assert.equal((await edge.visit({ path: "/slow?ms=4000" })).status, 504);
  assert.deepEqual(await figures(), [1, 0]);
  const crowded = await Promise.all(["900", "901"].map((ms) => edge.visit({ path: `/slow?ms=${ms}` })));
  assert.deepEqual(crowded.map(({ status }) => status).sort(), [200, 503]);
  assert.deepEqual(await figures(), [1, 1]);
  await edge.startInstances(2);
  await edge.serve(1, 2);
  await untilPasses(async () => {
    assert.equal((await edge.visit({ path: "/die?who=web-1" })).status, 200);
    assert.ok(edge.asked().some(({ instance, request }) => instance === "web-1" && request.includes("/die")));
  });
  assert.deepEqual(await figures(), [1, 1]);
});

test("nginx's free edition tells nothing of this", async () => {
  await using edge = await openServing((file = {}, slots) => Lab.open({ ...file, balancer: "nginx" }, slots), {}, 1);
  assert.equal(await edge.balancer.control.figures(edge.context), null);
});

test("what is no such table, as of a balancer that an older version has started, is no answers", () => {
  assert.deepEqual([...parseAnswers("No such table")], []);
  assert.deepEqual([...parseAnswers("")], []);
  const text = "# table: latency, type: string, size:1024, used:3\n0x5: key=12e5 use=0 exp=0 gpc0=4\n";
  const rows = "0x6: key=7e1 use=0 exp=0 shard=0 gpc0=1\n0x7: key=-1e6 use=0 exp=0 gpc0=9\n";
  assert.deepEqual(
    [...parseAnswers(text + rows)],
    [
      [12_000, 4],
      [7, 1],
    ],
  );
});
