import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { test } from "node:test";
import { statusOf, Unanswered } from "./status.ts";

async function serving(server: Server): Promise<{ readonly port: number } & Disposable> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const ask = (port: number, timeout = 5_000): Promise<number> =>
  statusOf({ port, path: "/health?a=b", headers: { host: "shop" }, timeout });

async function failure(promise: Promise<unknown>): Promise<Unanswered> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Unanswered, `no failure: ${String(error)}`);
  return error;
}

test("a real server is asked for the path, and told its own name and that the connection ends", async () => {
  const asked: unknown[] = [];
  const server = createHttp(({ method, url, headers }, response) => {
    asked.push([method, url, headers.host, headers.connection]);
    response.statusCode = 503;
    response.end("x".repeat(100_000));
  });
  using own = await serving(server);
  assert.equal(await ask(own.port), 503);
  assert.deepEqual(asked, [["GET", "/health?a=b", "shop", "close"]]);
});

/** Answers with pieces, each in a packet of its own. */
const pieces = (...texts: readonly string[]): Server =>
  createServer((socket) => {
    socket.once("data", async () => {
      socket.setNoDelay();
      for (const text of texts) {
        socket.write(text);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      socket.end();
    });
  });

test("a status line may come in pieces, and after interim answers", async () => {
  using split = await serving(pieces("HT", "TP/1.0 2", "04 No", " Content\r\n\r\n"));
  assert.equal(await ask(split.port), 204);
  using interim = await serving(
    pieces(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n",
      "\r\nHTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 302 Found\r\n\r\n",
    ),
  );
  assert.equal(await ask(interim.port), 302);
});

test("what is no answer is told as what it is", async () => {
  using garbage = await serving(pieces("SSH-2.0-OpenSSH\r\n"));
  assert.match((await failure(ask(garbage.port))).message, /no HTTP/);
  using mute = await serving(pieces());
  assert.match((await failure(ask(mute.port))).message, /closed the connection without an answer/);
  using silent = await serving(createServer(() => {}));
  assert.equal((await failure(ask(silent.port, 50))).code, "ETIMEDOUT");
  const { port } = silent;
  silent[Symbol.dispose]();
  assert.equal((await failure(ask(port))).code, "ECONNREFUSED");
});
