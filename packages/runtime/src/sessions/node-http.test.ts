import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { RedisServer } from "../testing/redis-server.ts";
import { testContext } from "../testing/test-context.ts";
import { withSession } from "./node-http.ts";
import type { Session } from "./session.ts";
import { openSessions } from "./sessions.ts";

type Handle = (request: IncomingMessage, response: ServerResponse, session: Session) => unknown;

describe("answers of node:http", () => {
  const stack = new AsyncDisposableStack();
  let redis: RedisServer;
  before(async () => {
    redis = stack.use(await RedisServer.start());
  });
  after(() => stack.disposeAsync());

  async function ask(handle: Handle): Promise<Response> {
    await using context = testContext(redis.env);
    const server = createServer(withSession(openSessions(context), handle)).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      return new Response(await response.arrayBuffer(), { status: response.status, headers: response.headers });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  test("headers come through whichever way they are given", async () => {
    const ways: Handle[] = [
      (_, response) => response.writeHead(201, { "x-a": "1", "set-cookie": ["a=1", "b=2"] }).end("body"),
      (_, response) => response.writeHead(201, "Made", { "x-a": "1" }).end("body"),
      (_, response) => response.writeHead(201, ["x-a", "1"]).end("body"),
      (_, response) => {
        response.statusCode = 201;
        response.setHeader("x-a", "1");
        response.write("bo");
        response.end("dy");
      },
    ];
    for (const way of ways) {
      const response = await ask((request, answer, session) => {
        session.set("a", 1);
        return way(request, answer, session);
      });
      assert.equal(response.status, 201);
      assert.equal(response.headers.get("x-a"), "1");
      assert.equal(await response.text(), "body");
      assert.equal(response.headers.getSetCookie().filter((cookie) => cookie.startsWith("__Host-session")).length, 1);
    }
  });

  test("what a stream changes after its head is stored, but a session cannot begin then", async () => {
    let hash = "";
    const streamed = await ask((_, response, session) => {
      session.set("a", 1);
      response.write("first ");
      session.set("a", 2);
      response.end("last");
      hash = session.hash;
    });
    assert.equal(await streamed.text(), "first last");
    assert.equal(await redis.command("HGET", `sess:${hash}`, "f:a"), "2");
    await assert.rejects(
      ask((_, response, session) => {
        response.write("first");
        session.set("a", 1);
        response.end();
      }),
    );
  });

  test("a handler that throws is answered with 500, without what it threw", async () => {
    const response = await ask(() => {
      throw new Error("secret");
    });
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /secret/);
  });

  test("a session that is too large is an error, and no false success", async () => {
    const response = await ask((_, answer, session) => {
      session.set("a", "x".repeat(100_000));
      answer.writeHead(200).end("saved");
    });
    assert.equal(response.status, 500);
  });
});
