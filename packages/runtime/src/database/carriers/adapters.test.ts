import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { openSessions, sessionMiddleware, sessionOf } from "../../sessions/index.ts";
import { ask } from "../../testing/ask.ts";
import { DatabasePair, type Opened, routes } from "../../testing/database-pair.ts";
import { eventually } from "../../testing/eventually.ts";
import { RedisServer } from "../../testing/redis-server.ts";
import { testContext } from "../../testing/test-context.ts";
import type { RoutingPool } from "../database.ts";
import { databaseMiddleware, fastifyDatabase, honoDatabase } from "./adapters.ts";
import { sessionToken } from "./session-token.ts";
import { signedToken } from "./signed-token.ts";

const CARRIER = signedToken("a secret of thirty-two characters!", { secure: false });
let pair: DatabasePair;
before(async () => {
  pair = await DatabasePair.start(500);
  await pair.primary.query("create table counts (id int primary key, n int not null)");
  await pair.primary.query("insert into counts values (1, 0)");
  await eventually("the replica has it", async () => (await pair.replica.query("select 1 from counts")).length === 1);
});
after(() => pair?.[Symbol.asyncDispose]());

/** `/write` adds one, `/read` reads; in each framework. */
const write = async (db: RoutingPool) => {
  return (await db.query("update counts set n = n + 1 where id = 1 returning n")).rows[0];
};
const read = async (db: RoutingPool) => (await db.read("select n from counts where id = 1")).rows[0];

const APPLICATIONS: Readonly<Record<string, (db: RoutingPool) => Promise<Server>>> = {
  Express: async (db) => {
    const app = express();
    app.use(databaseMiddleware(db, CARRIER));
    app.post("/write", async (_, response) => {
      response.writeHead(200, { "set-cookie": "other=1", "content-type": "application/json" });
      response.write(" ");
      response.end(JSON.stringify(await write(db)));
    });
    app.post("/writes", async (_, response) => void response.cookie("other", "1").json(await write(db)));
    app.get("/read", async (_, response) => void response.json(await read(db)));
    return app.listen(0, "127.0.0.1");
  },
  Fastify: async (db) => {
    const app = fastify();
    await app.register(fastifyDatabase(db, CARRIER));
    app.post("/writes", async (_, reply) => {
      reply.header("set-cookie", "other=1");
      return await write(db);
    });
    app.get("/read", async () => await read(db));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return app.server;
  },
  Hono: async (db) => {
    const app = new Hono();
    app.use(honoDatabase(db, CARRIER));
    app.post("/writes", async (c) => c.json((await write(db)) as object, 200, { "set-cookie": "other=1" }));
    app.get("/read", async (c) => c.json((await read(db)) as object));
    return serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  },
};

async function running(server: Server, use: (port: number) => Promise<void>): Promise<void> {
  if (!server.listening) await once(server, "listening");
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
}

async function meetReplica({ db, context }: Opened): Promise<void> {
  await eventually("the replica is known", async () => {
    await db.read("select 1");
    return (routes(context).replica ?? 0) > 0;
  });
}

for (const [framework, start] of Object.entries(APPLICATIONS)) {
  test(`${framework}: a visitor sees what it wrote by its cookie, a client of an API by its header, and others later`, async () => {
    await using opened = pair.open();
    await meetReplica(opened);
    await running(await start(opened.db), async (port) => {
      const written = await ask(port, "/writes", { method: "POST" });
      const { n } = JSON.parse(written.body);
      const cookies = written.headers["set-cookie"] ?? [];
      assert.equal(cookies.length, 2, cookies.join());
      const cookie = cookies.find((one) => one.startsWith("read-after="))?.split(";")[0] ?? "";
      const header = String(written.headers["x-read-after"]);
      assert.equal(JSON.parse((await ask(port, "/read", { headers: { cookie: `a=b; ${cookie}` } })).body).n, n);
      assert.equal(JSON.parse((await ask(port, "/read", { headers: { "x-read-after": header } })).body).n, n);
      assert.equal(JSON.parse((await ask(port, "/read")).body).n, n - 1, "without a token it is stale");
      const forged = header.replace(/^[^.]+/, "FFFF-0");
      const { body, headers } = await ask(port, "/read", { headers: { "x-read-after": forged } });
      assert.equal(JSON.parse(body).n, n - 1, "a forged token counts for nothing");
      assert.equal(headers["x-read-after"], undefined, "who only reads is told nothing");
    });
    await eventually("the replica has it", async () => {
      const [there, here] = await Promise.all(
        [pair.replica, pair.primary].map((one) => one.query("select n from counts")),
      );
      return there?.[0]?.n === here?.[0]?.n;
    });
  });
}

test("in a session the token is kept on the server, and the later of two counts", async () => {
  await using opened = pair.open();
  await meetReplica(opened);
  await using redis = await RedisServer.start();
  await using context = testContext(redis.env);
  const sessions = openSessions(context, { cookie: { secure: false } });
  const app = express();
  app.use(sessionMiddleware(sessions));
  app.use(databaseMiddleware(opened.db, sessionToken(sessionOf)));
  app.post("/login", async (request, response) => {
    await sessionOf(request).login("ada");
    response.json({});
  });
  app.post("/write", async (_, response) => void response.json(await write(opened.db)));
  app.get("/read", async (_, response) => void response.json(await read(opened.db)));
  await running(app.listen(0, "127.0.0.1"), async (port) => {
    const login = await ask(port, "/login", { method: "POST" });
    const cookie = String(login.headers["set-cookie"]?.[0]).split(";")[0] ?? "";
    const writes = Array.from({ length: 5 }, () => ask(port, "/write", { method: "POST", headers: { cookie } }));
    const most = Math.max(...(await Promise.all(writes)).map(({ body }) => JSON.parse(body).n));
    assert.equal(JSON.parse((await ask(port, "/read", { headers: { cookie } })).body).n, most);
    assert.notEqual(JSON.parse((await ask(port, "/read")).body).n, most);
  });
  await sessions.close();
});
