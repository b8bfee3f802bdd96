import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type Server, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { eventually } from "../testing/eventually.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { testContext } from "../testing/test-context.ts";
import { fastifySessions } from "./fastify.ts";
import { honoSessions } from "./hono.ts";
import { sessionMiddleware, withSession } from "./node-http.ts";
import { sessionOf } from "./remember.ts";
import type { Session } from "./session.ts";
import { openSessions, type Sessions } from "./sessions.ts";

interface Shape {
  visits: number;
}

interface Running {
  readonly port: number;
  close(): Promise<void>;
}

/** The same application in each framework: `/visit` counts, `/login`, `/logout`, `/me`. */
async function answer(path: string, session: Session<Shape>): Promise<unknown> {
  if (path === "/visit") session.set("visits", (session.get("visits") ?? 0) + 1);
  if (path === "/login") await session.login("ada");
  if (path === "/logout") await session.logout();
  return { user: session.user, visits: session.get("visits") ?? 0 };
}

async function running(server: Server): Promise<Running> {
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const listen = (listener: RequestListener) => running(createServer(listener).listen(0, "127.0.0.1"));

const APPLICATIONS: Readonly<Record<string, (sessions: Sessions) => Promise<Running>>> = {
  "node:http": async (sessions) =>
    await listen(
      withSession<Shape>(sessions, async (request, response, session) => {
        const body = JSON.stringify(await answer(request.url ?? "", session));
        response.writeHead(200, { "content-type": "application/json", "set-cookie": "other=1" });
        response.end(body);
      }),
    ),
  Express: async (sessions) => {
    const app = express();
    // Or its own error page prints every error.
    app.set("env", "test");
    app.use(sessionMiddleware(sessions));
    app.use(async (request, response) => {
      response.cookie("other", "1").json(await answer(request.path, sessionOf<Shape>(request)));
    });
    return await listen(app);
  },
  Fastify: async (sessions) => {
    const app = fastify();
    await app.register(fastifySessions(sessions));
    app.all("/*", async (request, reply) => {
      reply.header("set-cookie", "other=1");
      return await answer(request.url, sessionOf<Shape>(request));
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
  Hono: async (sessions) => {
    const app = new Hono();
    app.use(honoSessions(sessions));
    app.all("/*", async (c) => {
      c.header("set-cookie", "other=1", { append: true });
      return c.json((await answer(c.req.path, sessionOf<Shape>(c))) as object);
    });
    return await running(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server);
  },
};

interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly retryAfter: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const request = send({ host: "127.0.0.1", port, path, method: "POST", headers: { connection: "close", ...headers } });
  request.end();
  const [response] = await once(request, "response");
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  const { "set-cookie": cookies = [], "retry-after": retryAfter } = response.headers;
  return { status: response.statusCode, cookies, retryAfter, body: text.startsWith("{") ? JSON.parse(text) : {} };
}

for (const [framework, start] of Object.entries(APPLICATIONS)) {
  describe(framework, () => {
    const stack = new AsyncDisposableStack();
    let redis: RedisServer;
    let port: number;
    before(async () => {
      redis = stack.use(await RedisServer.start());
      const context = stack.use(testContext(redis.env, { redis: { deadline: 400, patience: 300 } }));
      await eventually("there is a connection", () => context.redis("durable").send(["PING"]));
      const app = await start(openSessions(context));
      stack.defer(() => app.close());
      port = app.port;
    });
    after(() => stack.disposeAsync());

    const own = ({ cookies }: Answer) => cookies.filter((cookie) => cookie.startsWith("__Host-session="));
    const pair = (got: Answer) => own(got)[0]?.split(";")[0] ?? "";

    test("a session lasts over requests, beside the application's own cookie, and its cookie is set once", async () => {
      const first = await ask(port, "/visit");
      assert.deepEqual(first.body, { user: null, visits: 1 });
      assert.equal(first.cookies.length, 2);
      assert.equal(own(first).length, 1);
      const second = await ask(port, "/visit", { cookie: pair(first) });
      assert.deepEqual(second.body, { user: null, visits: 2 });
      assert.equal(own(second).length, 0);
      const login = await ask(port, "/login", { cookie: pair(second) || pair(first) });
      assert.deepEqual(login.body, { user: "ada", visits: 2 });
      assert.notEqual(pair(login), pair(first));
      const logout = await ask(port, "/logout", { cookie: pair(login) });
      assert.match(own(logout)[0] ?? "", /Max-Age=0/);
      assert.deepEqual((await ask(port, "/me", { cookie: pair(login) })).body, { user: null, visits: 0 });
    });

    test("a request that only reads costs one command, and one without a cookie none", async () => {
      const cookie = pair(await ask(port, "/visit"));
      await redis.command("CONFIG", "RESETSTAT");
      for (let at = 0; at < 5; at += 1) await ask(port, "/me", { cookie });
      await ask(port, "/me");
      const { hgetall, evalsha, eval: evaluated, hello, ...rest } = await redis.commandCounts();
      assert.equal(hgetall, 5);
      assert.equal(evalsha, undefined);
      assert.equal(evaluated, undefined);
      assert.deepEqual(
        Object.keys(rest).filter((name) => !/^(info|client|config|auth|ping)/.test(name)),
        [],
      );
    });

    test("a request from another site is answered with 403, and its handler not called", async () => {
      const cookie = pair(await ask(port, "/visit"));
      assert.equal((await ask(port, "/visit", { cookie, "sec-fetch-site": "cross-site" })).status, 403);
      assert.deepEqual((await ask(port, "/me", { cookie })).body, { user: null, visits: 1 });
    });

    test("while Redis is away what needs it gets 503 with Retry-After, what does not is served, and all is well after", async () => {
      const cookie = pair(await ask(port, "/visit"));
      redis.freeze();
      try {
        assert.equal((await ask(port, "/me")).status, 200);
        for (const headers of [{ cookie }, {}]) {
          const failed = await ask(port, "/visit", headers);
          assert.equal(failed.status, 503);
          assert.equal(failed.retryAfter, "1");
          assert.equal(own(failed).length, 0);
        }
      } finally {
        redis.thaw();
      }
      const end = performance.now() + 20_000;
      let got = await ask(port, "/visit", { cookie });
      while (got.status !== 200 && performance.now() < end) got = await ask(port, "/visit", { cookie });
      assert.deepEqual(got.body, { user: null, visits: 2 });
    });
  });
}
