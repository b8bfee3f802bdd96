import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { faultAnswer } from "../http/index.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { testContext } from "../testing/test-context.ts";
import { headOf } from "./index.ts";
import { openSessions } from "./sessions.ts";

/** An instance that takes WebSockets of users who are logged in, and closes them when they are not any more. */
async function instance(redis: RedisServer) {
  const context = testContext(redis.env, { redis: { deadline: 20_000, patience: 20_000 } });
  const sessions = openSessions(context);
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer().listen(0, "127.0.0.1");
  server.on("upgrade", async (request, socket, head) => {
    try {
      const session = await sessions.open(headOf(request));
      if (session.user === null) return socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
      sockets.handleUpgrade(request, socket, head, (open) => {
        const stop = sessions.guard(session, () => open.close(4401, "logged out"));
        open.once("close", stop);
        open.send(`hello ${session.user}`);
      });
    } catch (error) {
      socket.end(`HTTP/1.1 ${faultAnswer(error).status} Refused\r\n\r\n`);
    }
  });
  await once(server, "listening");
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    for (const open of sockets.clients) open.terminate();
    server.close();
    await sessions.close();
    await context.close();
  };
  return { sessions, url, [Symbol.asyncDispose]: close };
}

test("a logout on one instance closes the socket on another, at once", async () => {
  await using redis = await RedisServer.start();
  await using here = await instance(redis);
  await using there = await instance(redis);
  const login = await here.sessions.open({
    method: "POST",
    upgrade: false,
    remoteAddress: undefined,
    header: () => undefined,
  });
  await login.login("ada");
  const cookie = (login.setCookie ?? "").split(";")[0] ?? "";

  const socket = new WebSocket(there.url, { headers: { cookie } });
  const [hello] = await once(socket, "message");
  assert.equal(String(hello), "hello ada");
  const closed = once(socket, "close");
  await here.sessions.endAll("ada");
  const [code, reason] = await closed;
  assert.deepEqual([code, String(reason)], [4401, "logged out"]);

  for (const [headers, status] of [
    [{ cookie }, 401],
    [{}, 401],
    [{ cookie, origin: "https://evil.example" }, 403],
  ] as const) {
    const refused = new WebSocket(there.url, { headers: { ...headers } });
    refused.on("error", () => {});
    const [, response] = await once(refused, "unexpected-response");
    assert.equal(response.statusCode, status);
    refused.terminate();
  }
});
