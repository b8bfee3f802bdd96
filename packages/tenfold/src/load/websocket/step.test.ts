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

async function run(url: string, step: Plain, timeoutMs = 5_000): Promise<RunRecords> {
  const plan = await planFor(url, {
    journeys: journeysOf({ steps: [step] }),
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
