import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { eventually } from "../testing/eventually.ts";
import { Gate } from "../testing/gate.ts";
import { testContext } from "../testing/test-context.ts";
import { fastifyGuard, type Guard, guardMiddleware, honoGuard } from "./guard.ts";
import { openLimits } from "./limits.ts";

interface Running {
  readonly port: number;
  close(): Promise<void>;
}

async function running(server: Server): Promise<Running> {
  await once(server, "listening");
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { port: (server.address() as AddressInfo).port, close };
}

const listen = (listener: RequestListener) => running(createServer(listener).listen(0, "127.0.0.1"));

const FRAMEWORKS: Readonly<Record<string, (guard: Guard, work: () => Promise<void>) => Promise<Running>>> = {
  Express: async (guard, work) => {
    const app = express();
    app.set("env", "test");
    app.use(guardMiddleware(guard));
    app.use(async (_, response) => {
      await work();
      response.send("ok");
    });
    return await listen(app);
  },
  Fastify: async (guard, work) => {
    const app = fastify();
    await app.register(fastifyGuard(guard));
    app.get("/*", async () => {
      await work();
      return "ok";
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
  Hono: async (guard, work) => {
    const app = new Hono();
    app.use(honoGuard(guard));
    app.get("/*", async (c) => {
      await work();
      return c.text("ok");
    });
    return await running(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server);
  },
};

async function ask(port: number, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(`http://127.0.0.1:${port}/x`, { headers: { connection: "close", ...headers } });
  return new Response(await response.text(), { status: response.status, headers: response.headers });
}

for (const [framework, start] of Object.entries(FRAMEWORKS)) {
  describe(framework, () => {
    test("a visitor beyond the rate gets 429 and when to come again, another visitor is served", async () => {
      await using context = testContext({ TRUST_PROXY: "1" });
      const limits = openLimits(context);
      const guard = limits.guardRate(limits.rate("visitors", { limit: 2, per: 3_600_000 }));
      const app = await start(guard, async () => {});
      try {
        const first = await ask(app.port, { "x-forwarded-for": "1.1.1.1" });
        assert.deepEqual([first.status, first.headers.get("ratelimit-remaining")], [200, "1"]);
        await ask(app.port, { "x-forwarded-for": "1.1.1.1" });
        const refused = await ask(app.port, { "x-forwarded-for": "6.6.6.6, 1.1.1.1" });
        assert.equal(refused.status, 429);
        assert.ok(Number(refused.headers.get("retry-after")) > 60);
        assert.equal((await ask(app.port, { "x-forwarded-for": "2.2.2.2" })).status, 200);
      } finally {
        await app.close();
      }
    });

    test("beyond what is served at once a request gets 503 at once, and a place that was left is given again", async () => {
      await using context = testContext({});
      const limits = openLimits(context);
      const limit = limits.concurrency("requests", { initial: 2, min: 2, max: 2 });
      const gate = new Gate();
      const app = await start(limits.guardConcurrency(limit), () => gate.opened);
      try {
        const served = [ask(app.port), ask(app.port)];
        await eventually("both are under way", () => limit.inFlight === 2);
        const refused = await ask(app.port);
        assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "1"]);
        gate.open();
        assert.deepEqual(
          (await Promise.all(served)).map(({ status }) => status),
          [200, 200],
        );
        await eventually("both have left", () => limit.inFlight === 0);
        assert.equal((await ask(app.port)).status, 200);
        assert.equal(limit.refused, 1);
      } finally {
        await app.close();
      }
    });
  });
}

test("a place is left when the visitor goes away, or the work throws", async () => {
  await using context = testContext({});
  const limit = openLimits(context).concurrency("work", { initial: 1, min: 1 });
  await assert.rejects(
    limit.run(async () => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(limit.inFlight, 0);
  const gate = new Gate();
  const app = await FRAMEWORKS.Express?.(
    (_) => ({ headers: {}, leave: limit.enter() }),
    () => gate.opened,
  );
  const abort = new AbortController();
  const gone = assert.rejects(fetch(`http://127.0.0.1:${app?.port}/`, { signal: abort.signal }));
  await eventually("it is under way", () => limit.inFlight === 1);
  abort.abort();
  await gone;
  await eventually("it has left", () => limit.inFlight === 0);
  gate.open();
  await app?.close();
});
