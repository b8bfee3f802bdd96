import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import type { Plain } from "../../spec/plain.ts";
import { constant } from "../arrivals/profile.ts";
import type { RunRecords } from "../run/result.ts";
import { joinShares } from "../run/result.ts";
import { runLoad } from "../run/run-load.ts";
import { journeysOf, planFor } from "../testing/plan.ts";
import { serve } from "../testing/server.ts";

const NEVER = new AbortController().signal;

async function listen(
  onSocket: (socket: WebSocket) => void,
): Promise<{ readonly url: string; codes: number[] } & AsyncDisposable> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const codes: number[] = [];
  server.on("connection", (socket) => {
    socket.on("close", (code) => codes.push(code));
    onSocket(socket);
  });
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `ws://127.0.0.1:${port}/`,
    codes,
    [Symbol.asyncDispose]: () => {
      for (const client of server.clients) client.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function run(url: string, step: Plain, timeoutMs = 5_000, ...more: Plain[]): Promise<RunRecords> {
  const plan = await planFor(url, {
    journeys: journeysOf({ steps: [step, ...more] }),
    arrivals: { kind: "open", profile: constant(10, 0.5), spacing: "even" },
    sender: { timeoutMs },
  });
  const data = await runLoad(plan, { signal: NEVER, hurry: NEVER, onSnapshot: () => {} });
  return joinShares([data]).records;
}

test("each opening and each message with its answer is counted once, and all are closed as they should be", async () => {
  const messages: string[] = [];
  await using server = await listen((socket) =>
    socket.on("message", (message) => {
      messages.push(String(message));
      socket.send(`you said ${message}`);
    }),
  );
  const step = { name: "chat", websocket: "/ws", message: "I am ${visitor}", every: "50ms", hold: "200ms" };
  const { steps, total } = await run(server.url, step);
  assert.equal(total.failures, 0);
  assert.equal(steps.get("chat")?.outcomes.ok, 5);
  assert.equal(steps.get("chat message")?.outcomes.ok, messages.length);
  assert.equal(messages.length, 20);
  assert.deepEqual(new Set(messages), new Set([1, 2, 3, 4, 5].map((visitor) => `I am ${visitor}`)));
  assert.deepEqual(server.codes, [1000, 1000, 1000, 1000, 1000]);
});

test("a WebSocket that the server closes before its time is a failure with the code", async () => {
  await using server = await listen((socket) => socket.close(1012, "restart"));
  const { total } = await run(server.url, { websocket: "/", hold: "10s" });
  assert.equal(total.outcomes.ok, 5);
  assert.equal(total.outcomes.reset, 5);
  assert.deepEqual([...total.errors], [["closed by the server with 1012, before its time", 5]]);
});

test("a message whose answer was lost with its WebSocket is a failure of its own", async () => {
  await using server = await listen((socket) => socket.on("message", () => socket.terminate()));
  const { steps } = await run(server.url, { name: "x", websocket: "/", message: "?", hold: "10s" });
  assert.equal(steps.get("x")?.outcomes.ok, 5);
  assert.equal(steps.get("x message")?.outcomes.reset, 5);
});

test("a message that nobody answers is a timeout", async () => {
  await using server = await listen(() => {});
  const { steps } = await run(server.url, { name: "x", websocket: "/", message: "?", hold: "50ms" }, 100);
  assert.equal(steps.get("x message")?.outcomes.timeout, 5);
});

test("a server that refuses the handshake is told by its status", async () => {
  await using server = await serve((_, response) => response.end());
  server.onUpgrade((socket) => socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"));
  const { total } = await run(server.url, { websocket: "/" });
  assert.deepEqual([...total.errors], [["status 401", 5]]);
});

test("a refused connection and a dropped one are told apart", async () => {
  await using server = await serve(() => {});
  server.onUpgrade((socket) => socket.destroy());
  const dropped = await run(server.url, { websocket: "/" });
  assert.equal(dropped.total.outcomes.reset, 5);
  const gone = await listen(() => {});
  await gone[Symbol.asyncDispose]();
  const refused = await run(gone.url, { websocket: "/" });
  assert.equal(refused.total.outcomes.connect, 5);
});

/** A server that sends each message to all that are connected, after some time. */
function listenAsRoom(later: number, wrap: (text: string) => string = String): ReturnType<typeof listen> {
  const all = new Set<WebSocket>();
  return listen((socket) => {
    all.add(socket);
    socket.on("close", () => all.delete(socket));
    socket.on("message", (message) => {
      setTimeout(() => {
        for (const one of all) one.send(wrap(String(message)));
      }, later);
    });
  });
}

test("in a room an answer is what holds the message, not what others said meanwhile", async () => {
  for (const message of ["hello from ${visitor}", '{"id":"${uuid}","say":"\\"hi\\""}']) {
    await using server = await listenAsRoom(200, (text) => JSON.stringify({ text }));
    const step = { name: "chat", websocket: "/ws", message, every: "50ms", hold: "300ms" };
    const { steps } = await run(server.url, step);
    const { outcomes, latency } = steps.get("chat message") ?? assert.fail();
    assert.equal(outcomes.ok, 30, message);
    // The server holds each back that long: no answer comes earlier.
    assert.ok(latency.min >= 199, `${message}: ${latency.min} ms`);
  }
});

test("where answers are taken in their order, what nobody waited for is counted, for it makes the order doubtful", async () => {
  await using server = await listenAsRoom(1);
  const { steps } = await run(server.url, { name: "chat", websocket: "/", message: "hi", hold: "1s" });
  assert.ok((steps.get("chat message")?.unasked ?? 0) > 0);
});

test("an answer that is too late is a timeout while the WebSocket stays open, and not that of the next message", async () => {
  await using server = await listen((socket) => {
    let count = 0;
    socket.on("message", () => {
      count += 1;
      // The first answer comes together with the second one.
      if (count === 2) for (const text of ["first", "second"]) socket.send(text);
    });
  });
  const step = { name: "x", websocket: "/", message: "?", every: "800ms", hold: "900ms" };
  const { steps } = await run(server.url, step, 600);
  const { outcomes, unasked } = steps.get("x message") ?? assert.fail();
  assert.deepEqual([outcomes.timeout, outcomes.ok, unasked], [5, 5, 0]);
});

test("a message in several frames is one answer", async () => {
  await using server = await listen((socket) =>
    socket.on("message", (message) => {
      const text = String(message);
      socket.send(text.slice(0, 5), { fin: false });
      socket.send(text.slice(5), { fin: true });
    }),
  );
  const { steps } = await run(server.url, { name: "x", websocket: "/", message: "I am ${visitor}", hold: "50ms" });
  assert.equal(steps.get("x message")?.outcomes.ok, 5);
});

test("messages that are not to be answered are none that are measured", async () => {
  await using server = await listen(() => {});
  const { steps } = await run(server.url, { name: "x", websocket: "/", message: "?", hold: "50ms", replies: "none" });
  assert.deepEqual([...steps.keys()], ["x"]);
});

test("a reference that leads nowhere, since its step was left out, is a failure that says so", async () => {
  for (const step of [
    { websocket: "/${id}", name: "x" },
    { websocket: "/", name: "x", message: "${id}", hold: "50ms" },
  ]) {
    await using server = await serve((_, response) => response.end('{"id":1}'));
    server.onUpgrade((socket) => socket.destroy());
    const never = { path: "/", chance: "0.0001%", capture: { id: { json: "id" } } };
    const { steps } = await run(server.url, never, 5_000, step);
    assert.deepEqual([...(steps.get("x")?.errors ?? [])], [["nothing defines ${id}", 5]]);
    assert.equal(steps.get("x")?.outcomes.check, 5);
  }
});
