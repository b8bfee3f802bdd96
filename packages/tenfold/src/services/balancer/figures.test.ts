import assert from "node:assert/strict";
import { test } from "node:test";
import { type OpenLab, openServing } from "../../../test/edge/engines.ts";
import { web, webs } from "../../../test/edge/fleet.ts";
import { Lab, untilPasses } from "../../../test/edge/lab.ts";
import { WebSocketVisitor } from "../../../test/edge/visitor.ts";
import type { InstanceFigures, WebFigures } from "../../fleet/figures.ts";

const open: OpenLab = (file = {}, slots) => Lab.open(file, slots);

async function look(edge: Lab): Promise<WebFigures> {
  const seen = await edge.balancer.control.figures(edge.context);
  assert.ok(seen !== null);
  return seen;
}

/** What the balancer says of one instance. */
async function lookAt(edge: Lab, index: number): Promise<InstanceFigures | undefined> {
  return (await look(edge)).instances.get(web(index));
}

/** A WebSocket that its instance has greeted. */
async function greeted(edge: Lab): Promise<WebSocketVisitor> {
  const socket = new WebSocketVisitor(edge.port);
  await untilPasses(() => assert.match(socket.received, /hello/));
  return socket;
}

test("WebSockets are counted while they are open, and answers by the class of their status", async () => {
  await using edge = await openServing(open, {}, 1);
  await using first = await greeted(edge);
  await using _second = await greeted(edge);
  await using _third = await greeted(edge);
  const opened = await lookAt(edge, 1);
  assert.deepEqual([opened?.webSockets, opened?.inFlight], [3, 3]);
  await first[Symbol.asyncDispose]();
  await untilPasses(async () => assert.equal((await lookAt(edge, 1))?.webSockets, 2));
  assert.equal((await edge.visit()).status, 200);
  for (const status of [404, 500, 302]) {
    await edge.askInstance(1, `/control?answers=${status}`);
    assert.equal((await edge.visit()).status, status);
  }
  const { statuses, webSockets } = (await lookAt(edge, 1)) ?? {};
  assert.deepEqual(statuses, { "1xx": 3, "2xx": 1, "3xx": 1, "4xx": 1, "5xx": 1 });
  assert.equal(webSockets, 2);
  // An instance takes its WebSockets with it.
  edge.stopInstance(1);
  await untilPasses(async () => assert.equal((await lookAt(edge, 1))?.webSockets, 0));
});

test("WebSockets that a former worker carries are counted with those of the current one", async () => {
  await using edge = await openServing(open, {}, 2);
  await edge.serve(1);
  await using former = await greeted(edge);
  await edge.balancer.adapter.reload?.(edge.context, edge.router);
  await using current = await greeted(edge);
  await untilPasses(async () => {
    const seen = await lookAt(edge, 1);
    assert.deepEqual([seen?.webSockets, seen?.inFlight], [2, 2]);
  });
  await edge.serve(2);
  await current[Symbol.asyncDispose]();
  await untilPasses(async () => assert.equal((await lookAt(edge, 1))?.webSockets, 1));
  await former[Symbol.asyncDispose]();
  await untilPasses(async () => assert.deepEqual([...(await look(edge)).instances.keys()], [web(2)]));
});

test("instances are those that get requests, and not the slots that nobody is in", async () => {
  await using edge = await openServing(open, {}, 3);
  assert.deepEqual([...(await look(edge)).instances.keys()], webs(3));
});

test("what waits for one instance alone is told apart from what waits for any", async () => {
  const file = { web: { command: "serve", health: "/health", sticky: "cookie", concurrency: 1 } };
  await using edge = await openServing(open, file, 2);
  const { headers } = await edge.visit();
  const [cookie = ""] = headers["set-cookie"] ?? [];
  const index = Number(/web-(\d)/.exec(cookie)?.[1]);
  const visit = { path: "/slow?ms=1000", headers: { Cookie: cookie.split(";")[0] } };
  const waiting = Promise.all([1, 2].map(() => edge.visit(visit)));
  await untilPasses(async () => {
    const { queued, instances } = await look(edge);
    const waits = [1, 2].map((number) => instances.get(web(number))?.queued);
    assert.deepEqual([queued, ...waits], [1, ...(index === 1 ? [1, 0] : [0, 1])]);
  });
  assert.deepEqual(
    (await waiting).map(({ status }) => status),
    [200, 200],
  );
});
