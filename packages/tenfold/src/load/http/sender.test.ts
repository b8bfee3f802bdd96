import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { serve } from "../testing/server.ts";
import { openSender } from "./sender.ts";

/** A server that does as it is told with each connection and each request on it. */
async function raw(
  onRequest: (socket: Socket, request: number) => void,
): Promise<{ readonly url: string } & AsyncDisposable> {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", () => {
      requests += 1;
      onRequest(socket, requests);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

test("a kept connection is used again, a fresh one is not", async () => {
  await using server = await serve((_, response) => response.end("ok"));
  {
    using kept = await openSender(server.url);
    for (let at = 0; at < 3; at += 1) assert.equal((await kept.send()).outcome, "ok");
    assert.equal(server.connections, 1);
  }
  using fresh = await openSender(server.url, { connections: "fresh" });
  for (let at = 0; at < 3; at += 1) assert.equal((await fresh.send()).outcome, "ok");
  assert.equal(server.connections, 4);
  assert.equal(fresh.sender.counts.opened, 3);
});

test("another status is a failure that names it", async () => {
  await using server = await serve((_, response) => response.writeHead(503).end("busy"));
  using opened = await openSender(server.url);
  assert.deepEqual(await opened.send().then(({ outcome, status, error }) => ({ outcome, status, error })), {
    outcome: "status",
    status: 503,
    error: "status 503",
  });
});

test("a refused connection, a reset and a silence are told apart", async () => {
  const closed = await raw(() => {});
  await closed[Symbol.asyncDispose]();
  using refused = await openSender(closed.url);
  assert.deepEqual(await refused.send(), {
    outcome: "connect",
    status: null,
    error: "no connection: ECONNREFUSED",
    attempts: 1,
    bytes: 0,
  });

  await using resets = await raw((socket) => socket.resetAndDestroy());
  using reset = await openSender(resets.url);
  const wasReset = await reset.send();
  assert.equal(wasReset.outcome, "reset");
  assert.equal(wasReset.error, "ECONNRESET on a fresh connection, before an answer");

  await using silence = await raw(() => {});
  using silent = await openSender(silence.url, { timeoutMs: 50 });
  const timedOut = await silent.send();
  assert.equal(timedOut.outcome, "timeout");
  assert.equal(timedOut.error, "no whole answer within 50 ms");
});

test("an answer that is cut off is a reset, also when its status was good", async () => {
  await using server = await raw((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  using opened = await openSender(server.url);
  const { outcome, error, bytes } = await opened.send();
  assert.equal(outcome, "reset");
  assert.equal(error, "closed in the middle of an answer");
  assert.equal(bytes, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".length, "what came was received");
});

test("a kept connection that is reset is a failure of its own kind, and sent again only when asked", async () => {
  const everySecond = (socket: Socket, request: number): void => {
    if (request % 2 === 1) socket.write(ANSWER);
    else socket.resetAndDestroy();
  };
  await using server = await raw(everySecond);
  using strict = await openSender(server.url);
  assert.equal((await strict.send()).outcome, "ok");
  const { outcome, error, attempts } = await strict.send();
  assert.deepEqual({ outcome, attempts }, { outcome: "reset", attempts: 1 });
  assert.equal(error, "ECONNRESET on a kept connection, before an answer");

  await using again = await raw(everySecond);
  using lenient = await openSender(again.url, { retriesClosed: true });
  assert.equal((await lenient.send()).attempts, 1);
  const retried = await lenient.send();
  assert.deepEqual({ outcome: retried.outcome, attempts: retried.attempts }, { outcome: "ok", attempts: 2 });

  await using third = await raw(everySecond);
  using writer = await openSender(third.url, { retriesClosed: true, request: { method: "POST", body: "x" } });
  assert.equal((await writer.send()).outcome, "ok");
  assert.equal((await writer.send()).outcome, "reset", "a POST is never sent twice");
});

test("something that is no HTTP is a failure of its own kind", async () => {
  await using server = await raw((socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
  using opened = await openSender(server.url);
  assert.equal((await opened.send()).outcome, "protocol");
});

test("closing the sender gives up what is under way, and that is no failure of the server", async () => {
  await using server = await raw(() => {});
  const opened = await openSender(server.url, { mostConnections: 1 });
  const under = [opened.send(), opened.send()];
  await new Promise((resolve) => setImmediate(resolve));
  opened.sender.close();
  assert.deepEqual(
    (await Promise.all(under)).map(({ outcome }) => outcome),
    ["cancelled", "cancelled"],
  );
});

test("who waits for a connection is told so with one sentence, at the time, and is not sent when that is over", async () => {
  let requests = 0;
  await using server = await raw(() => {
    requests += 1;
  });
  using opened = await openSender(server.url, { mostConnections: 1, timeoutMs: 1_000 });
  const answers = await Promise.all(Array.from({ length: 5 }, () => opened.send()));
  assert.deepEqual(
    answers.map(({ outcome, error }) => [outcome, error]),
    [
      ["timeout", "no whole answer within 1000 ms"],
      ...Array.from({ length: 4 }, () => ["timeout", "no connection was free within 1000 ms"]),
    ],
  );
  assert.equal(requests, 1);
});

test("a silent server is not blamed alone for a time that mostly passed before a connection was free", async () => {
  await using server = await raw((socket, request) => {
    if (request === 1) setTimeout(() => socket.write(ANSWER), 1_200);
  });
  using opened = await openSender(server.url, { mostConnections: 1, timeoutMs: 2_000 });
  const [first, second] = await Promise.all([opened.send(), opened.send()]);
  assert.equal(first.outcome, "ok");
  assert.equal(second.error, "no whole answer within 2000 ms, most of which passed before a connection was free");
});
