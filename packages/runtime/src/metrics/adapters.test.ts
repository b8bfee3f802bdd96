import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { fastifyHealth, type Health, healthMiddleware, honoHealth, openHealth, serveHealth } from "../health/index.ts";
import { ask } from "../testing/ask.ts";
import { eventually } from "../testing/eventually.ts";
import { testContext } from "../testing/test-context.ts";
import { type Metrics, openMetrics } from "./metrics.ts";
import { fastifyMetrics, honoMetrics, measure, metricsMiddleware, serveMetrics } from "./routes.ts";

/** The same application in each framework: `/users/:id`, and `/fail`, which answers 500. */
const APPLICATIONS: Readonly<Record<string, (metrics: Metrics, health: Health) => Promise<Server>>> = {
  "node:http": async (metrics, health) =>
    createServer(async (request, response) => {
      measure(metrics, request, response, () => (request.url?.startsWith("/users/") ? "/users/:id" : undefined));
      if (await serveMetrics(metrics, request, response)) return;
      if (await serveHealth(health, request, response)) return;
      response.statusCode = request.url === "/fail" ? 500 : 200;
      response.end("hello");
    }).listen(0, "127.0.0.1"),
  Express: async (metrics, health) => {
    const app = express();
    app.use(metricsMiddleware(metrics), healthMiddleware(health));
    app.get("/users/:id", (_, response) => void response.send("hello"));
    app.get("/fail", (_, response) => void response.status(500).send("no"));
    return app.listen(0, "127.0.0.1");
  },
  Fastify: async (metrics, health) => {
    const app = fastify();
    await app.register(fastifyMetrics(metrics));
    await app.register(fastifyHealth(health));
    app.get("/users/:id", async () => "hello");
    app.get("/fail", async (_, reply) => await reply.code(500).send("no"));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return app.server;
  },
  Hono: async (metrics, health) => {
    const app = new Hono();
    app.use(honoMetrics(metrics), honoHealth(health));
    app.get("/users/:id", (c) => c.text("hello"));
    app.get("/fail", (c) => c.text("no", 500));
    return serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  },
};

for (const [framework, start] of Object.entries(APPLICATIONS)) {
  test(`${framework}: requests are measured by their routes, and figures and health are told`, async () => {
    await using context = testContext({ INSTANCE_ID: "web-1" });
    const metrics = openMetrics(context);
    const server = await start(metrics, openHealth(context));
    if (!server.listening) await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      for (const id of ["1", "2", "3"]) assert.equal((await ask(port, `/users/${id}`)).body, "hello");
      assert.equal((await ask(port, "/fail")).status, 500);
      const { status, body } = await ask(port, "/health?x=1");
      assert.equal(status, 200);
      assert.equal(JSON.parse(body).instance_id, "web-1");
      assert.equal(JSON.parse((await ask(port, "/health/live")).body).status, "ok");
      const text = await eventually("all have ended", async () => {
        const answer = await ask(port, "/metrics");
        assert.match(String(answer.headers["content-type"]), /^text\/plain; version=0\.0\.4/);
        return /errors_total\{reason="status"\} 1/.test(answer.body) && answer.body;
      });
      const count =
        /^tenfold_http_request_duration_seconds_count\{method="GET",route="\/users\/:id",status="200"\} 3$/m;
      assert.match(text, count);
      assert.match(text, /^tenfold_http_requests_in_flight 1$/m);
      const through = await ask(port, "/metrics", { headers: { "x-forwarded-for": "1.2.3.4" } });
      assert.equal(through.status, 404);
    } finally {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      await metrics.close();
    }
  });
}

test("with a token, figures are told to who has it, wherever they come from", async () => {
  await using context = testContext({});
  const token = "0123456789abcdef";
  const metrics = openMetrics(context, { readers: { token } });
  const server = createServer((request, response) => void serveMetrics(metrics, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const status = async (headers: Record<string, string>) => (await ask(port, "/metrics", { headers })).status;
  assert.equal(await status({}), 401);
  assert.equal(await status({ authorization: "Bearer 0123456789abcdeg" }), 401);
  assert.equal(await status({ authorization: `Bearer ${token}`, "x-forwarded-for": "1.2.3.4" }), 200);
  server.close();
  await once(server, "close");
  await metrics.close();
});
