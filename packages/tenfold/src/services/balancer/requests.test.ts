import assert from "node:assert/strict";
import { Agent, get } from "node:http";
import { gunzipSync } from "node:zlib";
import { openServing, testEngines } from "../../../test/edge/engines.ts";
import { untilPasses } from "../../../test/edge/lab.ts";
import { visit, WebSocketVisitor } from "../../../test/edge/visitor.ts";
import type { MemberName } from "../../fleet/member.ts";

const FULL = {
  balancer: { rateLimit: false, maxBody: "100kb", timeouts: { request: "1s", queue: "300ms" } },
};

testEngines("requests are spread over the instances", async (open) => {
  await using edge = await openServing(open, {}, 3);
  const seen = new Map<string, number>();
  for (let turn = 0; turn < 30; turn += 1) {
    const { status, headers } = await edge.visit();
    assert.equal(status, 200);
    const name = String(headers["x-instance"]);
    seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  assert.deepEqual([...seen.keys()].sort(), ["web-1", "web-2", "web-3"]);
  for (const count of seen.values()) assert.ok(count >= 5, `${[...seen]}`);
});

testEngines("an instance sees who asked, and not what the visitor claims about that", async (open) => {
  await using edge = await openServing(open, FULL, 1);
  const before = Date.now();
  const claims = {
    Host: "shop.example",
    Forwarded: "for=9.9.9.9",
    "X-Forwarded-For": "9.9.9.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/admin",
    X_Forwarded_For: "9.9.9.9",
    "X-Real-IP": "9.9.9.9",
    "X-Request-Id": "order-17.a",
  };
  const { body, headers } = await edge.visit({ headers: claims });
  const seen = JSON.parse(body).headers;
  assert.equal(seen["x-forwarded-for"], "127.0.0.1");
  assert.equal(seen["x-forwarded-proto"], "http");
  assert.equal(seen["x-forwarded-host"], "shop.example");
  assert.equal(seen["x-forwarded-port"], String(edge.port));
  for (const name of ["forwarded", "x-forwarded-prefix", "x_forwarded_for", "x-real-ip"])
    assert.equal(seen[name], undefined, name);
  const started = Number(/^t=(\d{13})$/.exec(seen["x-request-start"])?.[1]);
  assert.ok(started >= before - 5 && started <= Date.now() + 5, seen["x-request-start"]);
  assert.equal(seen["x-request-id"], "order-17.a");
  assert.equal(headers["x-request-id"], "order-17.a");
});

testEngines("a request identifier that could do harm is replaced", async (open) => {
  await using edge = await openServing(open, {}, 1);
  for (const wrong of ["", "a b", "x".repeat(129), '"><script>', "é"]) {
    const { headers } = await edge.visit({ headers: { "X-Request-Id": Buffer.from(wrong).toString("latin1") } });
    assert.match(String(headers["x-request-id"]), /^[0-9a-f-]{36}$/, wrong);
  }
});

testEngines("security headers are added where the application sets none", async (open) => {
  await using edge = await openServing(open, {}, 1);
  const added = await edge.visit();
  assert.equal(added.headers["x-content-type-options"], "nosniff");
  assert.equal(added.headers["x-frame-options"], "SAMEORIGIN");
  assert.equal(added.headers["referrer-policy"], "strict-origin-when-cross-origin");
  assert.equal(added.headers["strict-transport-security"], undefined);
  const own = await edge.visit({ path: "/own-headers" });
  assert.equal(own.headers["x-frame-options"], "DENY");
  assert.equal(own.headers["referrer-policy"], "no-referrer");
});

testEngines("text is compressed for those who ask for it, and pictures are not", async (open) => {
  await using edge = await openServing(open, {}, 1);
  const headers = { "Accept-Encoding": "gzip" };
  const text = await edge.visit({ path: "/text", headers });
  assert.equal(text.headers["content-encoding"], "gzip");
  assert.equal(gunzipSync(Buffer.from(text.body, "latin1")).toString(), "tenfold ".repeat(1000));
  assert.ok(text.body.length < 800, `${text.body.length} bytes`);
  assert.equal((await edge.visit({ path: "/text" })).headers["content-encoding"], undefined);
  const picture = await edge.visit({ path: "/text?type=image/png", headers });
  assert.equal(picture.headers["content-encoding"], undefined);
});

testEngines("a body that is too large gets a 413, and its length may be hidden", async (open, engine) => {
  await using edge = await openServing(open, FULL, 1);
  const ok = await edge.visit({ method: "POST", body: Buffer.alloc(100 * 1024) });
  assert.equal(JSON.parse(ok.body).bytes, 100 * 1024);
  const large = await edge.visit({ method: "POST", body: Buffer.alloc(100 * 1024 + 1) });
  assert.equal(large.status, 413);
  assert.match(large.body, /larger than 102400 bytes/);
  const small = await edge.visit({ method: "POST", body: Buffer.alloc(10_000), chunked: true });
  assert.equal(JSON.parse(small.body).bytes, 10_000);
  // HAProxy counts no body that passes by, nginx holds it until it is complete.
  const hidden = await edge.visit({ method: "POST", body: Buffer.alloc(50_000), chunked: true });
  assert.equal(hidden.status, engine === "haproxy" ? 411 : 200);
  const tooMuch = await edge.visit({ method: "POST", body: Buffer.alloc(150_000), chunked: true });
  assert.ok(tooMuch.status === 413 || (engine === "haproxy" && tooMuch.status === 411), `${tooMuch.status}`);
});

testEngines(
  "a request that was sent to an instance that dies is repeated when it may be, and not otherwise",
  async (open) => {
    await using edge = await openServing(open, {}, 3);
    for (let turn = 0; turn < 6; turn += 1) assert.equal((await edge.visit({ path: "/die?who=web-1" })).status, 200);
    assert.equal(
      edge.asked().filter(({ instance, request }) => instance === "web-1" && request.includes("/die")).length,
      1,
    );

    await edge.startInstances(1);
    await untilPasses(async () => assert.equal((await edge.visit()).headers["x-instance"], "web-1"));
    const before = edge.asked().length;
    const statuses: number[] = [];
    for (let turn = 0; turn < 6 && !statuses.includes(502); turn += 1) {
      statuses.push((await edge.visit({ method: "POST", path: "/die?who=web-1", body: "once" })).status);
    }
    assert.equal(statuses.at(-1), 502, `${statuses}`);
    assert.equal(edge.asked().length - before, statuses.length, "each was sent once");
    // It is dead now, and nothing can be sent to it: those are tried elsewhere.
    await untilPasses(() => assert.rejects(edge.askInstance(1, "/health"), { code: "ECONNREFUSED" }));
    for (let turn = 0; turn < 6; turn += 1) assert.equal((await edge.visit({ method: "POST", body: "x" })).status, 200);
  },
);

testEngines("a WebSocket goes through and stays on its instance", async (open) => {
  await using edge = await openServing(open, {}, 1);
  await using socket = new WebSocketVisitor(edge.port);
  await untilPasses(() => assert.match(socket.received, /101 Switching Protocols[\s\S]*hello from web-1/));
  socket.send("ping 1\n");
  await untilPasses(() => assert.match(socket.received, /ping 1/));
});

testEngines("an event stream is passed on as it comes, and may be silent for longer than a request", async (open) => {
  await using edge = await openServing(open, FULL, 1);
  const { body, status } = await edge.visit({
    path: "/events?every=1500&count=1",
    headers: { Accept: "text/event-stream" },
  });
  assert.equal(status, 200);
  assert.equal(body, "data: 0\n\ndata: 1\n\n");
});

testEngines("an instance that is silent for too long gets its visitor a 504", async (open) => {
  await using edge = await openServing(open, FULL, 1);
  const { status, body } = await edge.visit({ path: "/slow?ms=3000" });
  assert.equal(status, 504);
  assert.match(body, /balancer\.timeouts\.request/);
});

testEngines("without an instance, the answer says so, to people and to programs", async (open) => {
  await using edge = await openServing(open, {}, 0);
  const page = await edge.visit();
  assert.equal(page.status, 503);
  assert.equal(page.headers["retry-after"], "5");
  assert.match(String(page.headers["content-type"]), /text\/html/);
  assert.match(page.body, /No instance is ready[\s\S]*tenfold ps[\s\S]*tenfold logs web-1/);
  const program = await edge.visit({ headers: { Accept: "application/json" } });
  assert.equal(program.status, 503);
  assert.equal(JSON.parse(program.body).error, "none-ready");
  assert.match(String(program.headers["x-request-id"]), /./);
});

testEngines(
  "an instance gets no more requests at once than it wants, and the rest are told so",
  async (open, engine) => {
    const web = { command: "serve", health: "/health", instances: 1, concurrency: 2, slowStart: 0 };
    await using edge = await openServing(open, { ...FULL, web }, 1);
    const all = await Promise.all(Array.from({ length: 6 }, () => edge.visit({ path: "/slow?ms=200" })));
    const statuses = all.map(({ status }) => status).sort();
    // HAProxy lets them wait for as long as `timeouts.queue` says; free nginx has no queue.
    assert.deepEqual(statuses, [200, 200, ...(engine === "haproxy" ? [200, 200] : [503, 503]), 503, 503]);
    const refused = all.find(({ status }) => status === 503);
    assert.match(refused?.body ?? "", /No instance took the request/);
    assert.equal(refused?.headers["retry-after"], "5");
  },
);

testEngines(
  "what a request waited in the balancer is told apart from what the instance took, and pauses count for neither",
  async (open) => {
    const web = { command: "serve", health: "/health", instances: 1, concurrency: 1, slowStart: 0 };
    await using edge = await openServing(open, { web }, 1);
    const figures = async (): Promise<{ waited: number; took: number }> => {
      const one = (await edge.balancer.control.figures(edge.context))?.instances.get("web-1" as MemberName);
      const { waited = null, response = null } = one ?? {};
      assert.ok(waited !== null && response !== null);
      return { waited, took: response - waited };
    };
    await Promise.all(Array.from({ length: 4 }, () => edge.visit({ path: "/slow?ms=300" })));
    const slow = await figures();
    // One after the other: on average each waited for one and a half, and then took one.
    assert.ok(slow.waited > slow.took && slow.took >= 290, JSON.stringify(slow));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = 0; turn < 4; turn += 1) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      get({ agent, port: edge.port, path: "/" }, (answer) => answer.resume().once("end", resolve)).once(
        "error",
        reject,
      );
      await promise;
      await new Promise((resolve) => setTimeout(resolve, 800));
    }
    agent.destroy();
    const quick = await figures();
    assert.ok(quick.took < slow.took, `${quick.took} after ${slow.took}`);
  },
  { nginx: "its free edition does not count what each instance does" },
);

testEngines("metrics are there for Prometheus", async (open, engine) => {
  await using edge = await openServing(open, {}, 2);
  const metrics = await visit({ port: edge.fleet.ports["balancer-1/metrics"] ?? 0, path: "/metrics" });
  assert.equal(metrics.status, 200);
  if (engine === "nginx") {
    assert.match(metrics.body, /^nginx_connections_active \d+$/m);
    return;
  }
  assert.match(metrics.body, /haproxy_server_current_sessions\{proxy="app",server="web-2"\}/);
  assert.doesNotMatch(metrics.body, /server="web-9"/, "slots that are empty are left out");
});
