import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { openServing, testEngines } from "../../../test/edge/engines.ts";
import { web, webs } from "../../../test/edge/fleet.ts";
import { type Lab, untilPasses } from "../../../test/edge/lab.ts";
import type { Reply } from "../../../test/edge/visitor.ts";
import { renderBalancer } from "../../render/edge/balancer.ts";
import { tlsFile } from "../../render/edge/edge.ts";
import type { BalancerEngine } from "../../spec/balancer/balancer.ts";

const WEB = { command: "serve", health: { path: "/health", interval: "200ms", timeout: "200ms" }, slowStart: 0 };

testEngines("a visitor with a cookie stays on one instance, and moves when that is detached", async (open) => {
  await using edge = await openServing(open, { web: { ...WEB, sticky: "cookie" } }, 3);
  const first = await edge.visit();
  const [set = ""] = first.headers["set-cookie"] ?? [];
  assert.match(set, /^tenfold_shop=web-\d; path=\/; HttpOnly; SameSite=Lax$/);
  const cookie = set.split(";")[0] ?? "";
  const home = String(first.headers["x-instance"]);
  for (let turn = 0; turn < 12; turn += 1) {
    const again = await edge.visit({ headers: { Cookie: `other=1; ${cookie}` } });
    assert.equal(again.headers["x-instance"], home);
    assert.equal(again.headers["set-cookie"], undefined);
    assert.equal(JSON.parse(again.body).headers.cookie, "other=1", "the application does not see it");
  }
  const others = [1, 2, 3].filter((index) => web(index) !== home);
  await edge.serve(...others);
  const moved = await edge.visit({ headers: { Cookie: cookie } });
  assert.notEqual(moved.headers["x-instance"], home);
  assert.match(String(moved.headers["set-cookie"]), new RegExp(`=${moved.headers["x-instance"]};`));
});

testEngines("the balancer's cookie is taken out of the visitor's, wherever it stands", async (open) => {
  await using edge = await openServing(open, { web: { ...WEB, sticky: "cookie" } }, 2);
  const own = "tenfold_shop=web-2";
  for (const [sent, seen] of [
    [own, undefined],
    [`${own}; a=1`, "a=1"],
    [`a=1; ${own}`, "a=1"],
    [`a=1; ${own}; b=2`, "a=1; b=2"],
    ["a=tenfold_shop", "a=tenfold_shop"],
  ] as const) {
    const { body, headers } = await edge.visit({ headers: { Cookie: sent } });
    assert.equal(JSON.parse(body).headers.cookie, seen, sent);
    if (sent.includes(own)) assert.equal(headers["x-instance"], "web-2", sent);
  }
  const unknown = await edge.visit({ headers: { Cookie: "tenfold_shop=web-9" } });
  assert.match(String(unknown.headers["set-cookie"]), /^tenfold_shop=web-[12];/);
});

testEngines("a visitor whose instance is dead is served by another, and stays there", async (open) => {
  await using edge = await openServing(open, { web: { ...WEB, sticky: "cookie" } }, 2);
  edge.stopInstance(2);
  const killed = edge.instances.get(web(2));
  await untilPasses(() => assert.ok(killed !== undefined && !edge.driver.isAlive(killed)));
  for (const method of ["GET", "POST"]) {
    const moved = await edge.visit({ method, headers: { Cookie: "tenfold_shop=web-2" } });
    assert.equal(moved.status, 200, method);
    assert.deepEqual(
      moved.headers["set-cookie"]?.map((value) => value.split(";")[0]),
      ["tenfold_shop=web-1"],
    );
  }
});

testEngines(
  "an address stays on one instance when others come",
  async (open) => {
    await using edge = await openServing(open, { web: { ...WEB, sticky: "ip" } }, 2);
    const home = (await edge.visit()).headers["x-instance"];
    await edge.startInstances(3);
    await edge.serve(1, 2, 3);
    for (let turn = 0; turn < 12; turn += 1) assert.equal((await edge.visit()).headers["x-instance"], home);
    const left = [1, 2, 3].filter((index) => web(index) !== home);
    await edge.serve(...left);
    const next = (await edge.visit()).headers["x-instance"];
    assert.notEqual(next, home);
    for (let turn = 0; turn < 6; turn += 1) assert.equal((await edge.visit()).headers["x-instance"], next);
  },
  { nginx: "free nginx remembers no address: the hash of it decides, so some move when an instance comes" },
);

testEngines("an address always meets the same instance when that is how requests are balanced", async (open) => {
  await using edge = await openServing(open, { web: { ...WEB, balance: "ip" } }, 3);
  const home = (await edge.visit()).headers["x-instance"];
  for (let turn = 0; turn < 12; turn += 1) assert.equal((await edge.visit()).headers["x-instance"], home);
  edge.stopInstance(Number(String(home).slice(4)));
  assert.equal((await edge.visit()).status, 200, "another takes its place");
});

testEngines(
  "at most as many requests pass in any window as the limit says, and no fewer than that",
  async (open) => {
    const limit = 20;
    const window = 1000;
    await using edge = await openServing(open, { web: WEB, balancer: { rateLimit: "20/1s" } }, 1);
    const passed: { sent: number; got: number }[] = [];
    const refused: Reply[] = [];
    const end = Date.now() + 3500;
    const hammer = async (): Promise<void> => {
      while (Date.now() < end) {
        const sent = Date.now();
        const reply = await edge.visit();
        if (reply.status === 200) passed.push({ sent, got: Date.now() });
        else refused.push(reply);
        await pause(Math.random() * 20);
      }
    };
    await Promise.all([hammer(), hammer(), hammer()]);
    for (const first of passed) {
      // A request passed at some time between its sending and its answer: count those that surely fell into the window.
      const inside = passed.filter(({ sent, got }) => sent >= first.got && got <= first.sent + window);
      // Two threads can let one request each through at the same instant.
      assert.ok(inside.length + 1 <= limit + 1, `${inside.length + 1} in one window`);
    }
    // The slices make a window up to a tenth longer: three to four windows fit.
    assert.ok(passed.length >= 3 * limit, `only ${passed.length} passed`);
    assert.ok(refused.length > 50);
    for (const { status, headers } of refused) {
      assert.equal(status, 429);
      assert.match(String(headers["retry-after"]), /^[12]$/);
    }
  },
  { nginx: "nginx fills a bucket instead of counting a window; see the test below" },
);

testEngines(
  "who waits as long as told is let in again",
  async (open) => {
    await using edge = await openServing(open, { web: WEB, balancer: { rateLimit: "3/2s" } }, 1);
    for (let turn = 0; turn < 3; turn += 1) assert.equal((await edge.visit()).status, 200);
    const refused = await edge.visit();
    assert.equal(refused.status, 429);
    const seconds = Number(refused.headers["retry-after"]);
    assert.ok(seconds >= 1 && seconds <= 3, `${seconds}`);
    // HAProxy's window is an estimate: what it tells may be a little short.
    await pause(seconds * 1000);
    await untilPasses(async () => assert.equal((await edge.visit()).status, 200), 2_000);
  },
  { nginx: "after the time that nginx tells, one request is let in, not as many as the limit; see the test below" },
);

testEngines(
  "so many requests pass at once as the limit says, and then one whenever its time has come",
  async (open) => {
    await using edge = await openServing(open, { web: WEB, balancer: { rateLimit: "6/3s" } }, 1);
    for (let turn = 0; turn < 6; turn += 1) assert.equal((await edge.visit()).status, 200);
    const refused = await edge.visit();
    assert.equal(refused.status, 429);
    assert.equal(refused.headers["retry-after"], "1");
    assert.match(refused.body, /Too many requests\. Try again in 1 s\./);
    await pause(1000);
    assert.equal((await edge.visit()).status, 200);
    const began = Date.now();
    let passed = 0;
    while (Date.now() - began < 3000) if ((await edge.visit()).status === 200) passed += 1;
    const most = 2 + ((Date.now() - began) / 3000) * 6;
    assert.ok(passed >= 3 && passed <= most, `${passed} of at most ${most}`);
    const probe = await edge.balancer.adapter.probe(edge.context, edge.member("balancer-1"));
    assert.ok(probe.ready, "the engine's own questions are not counted");
  },
  { haproxy: "HAProxy counts the requests of a window; see the tests above" },
);

/** What instances answer to health checks. HAProxy asks itself; nginx is told what the engine's probes have found. */
async function setHealth(edge: Lab, engine: BalancerEngine, statuses: readonly number[]): Promise<void> {
  await Promise.all(statuses.map((status, at) => edge.askInstance(at + 1, `/control?health=${status}`)));
  if (engine === "haproxy") return;
  edge.unwell = statuses.flatMap((status, at) => (status === 200 ? [] : [web(at + 1)]));
  await edge.balancer.control.serve(edge.context);
}

async function untilDetail(edge: Lab, wanted: RegExp): Promise<void> {
  await untilPasses(async () => {
    const probe = await edge.balancer.adapter.probe(edge.context, edge.router);
    assert.match(probe.ready ? probe.detail : probe.reason, wanted);
  });
}

testEngines("an instance that fails its health check gets no requests until it passes again", async (open, engine) => {
  await using edge = await openServing(open, { web: WEB }, 3);
  await setHealth(edge, engine, [200, 500, 200]);
  await untilDetail(edge, /^2 of 3 instances healthy$/);
  assert.deepEqual(await edge.balancer.control.serving(edge.context), webs(3), "it is attached all the same");
  if (engine === "nginx") {
    await edge.driver.writeFiles(renderBalancer(edge.fleet, edge.router).files);
    await edge.balancer.adapter.reload?.(edge.context, edge.router);
  }
  for (let turn = 0; turn < 12; turn += 1) assert.notEqual((await edge.visit()).headers["x-instance"], "web-2");
  await setHealth(edge, engine, [200, 200, 200]);
  await untilDetail(edge, /^3 of 3/);
  await untilPasses(async () => assert.equal((await edge.visit()).headers["x-instance"], "web-2"));
});

testEngines("when less than half pass the health check, all that are alive get requests", async (open, engine) => {
  await using edge = await openServing(open, { web: WEB }, 3);
  await setHealth(edge, engine, [500, 500, 200]);
  await untilDetail(edge, /^1 of 3 instances healthy, less than half: all get requests$/);
  const seen = new Set<unknown>();
  for (let turn = 0; turn < 12; turn += 1) seen.add((await edge.visit()).headers["x-instance"]);
  assert.equal(seen.size, 3);
  await setHealth(edge, engine, [500, 500, 500]);
  await untilDetail(edge, /^0 of 3/);
  for (let turn = 0; turn < 12; turn += 1) assert.equal((await edge.visit()).status, 200);
});

testEngines("when most are dead rather than unwell, the one that is left gets every request", async (open, engine) => {
  await using edge = await openServing(open, { web: WEB }, 3);
  edge.stopInstance(1);
  edge.stopInstance(2);
  // Behind nginx the engine detaches those whose process has ended.
  if (engine === "nginx") await edge.serve(3);
  await untilDetail(edge, /^1 of 1/);
  for (let turn = 0; turn < 20; turn += 1) {
    const { status, headers } = await edge.visit({ method: "POST", body: "x" });
    assert.equal(status, 200);
    assert.equal(headers["x-instance"], "web-3");
  }
  edge.stopInstance(3);
  if (engine === "nginx") await edge.serve();
  await untilPasses(async () => assert.match((await edge.visit()).body, /No instance is ready/));
});

testEngines("one dead instance that nobody has taken out yet costs no visitor a request", async (open) => {
  await using edge = await openServing(open, { web: { ...WEB, health: { path: "/health", interval: "5s" } } }, 3);
  edge.stopInstance(2);
  // Its threads may hold the port for a moment after the process counts as dead.
  await untilPasses(() => assert.rejects(edge.askInstance(2, "/health"), { code: "ECONNREFUSED" }));
  for (let turn = 0; turn < 30; turn += 1) {
    const method = turn % 2 === 0 ? "GET" : "POST";
    assert.equal((await edge.visit({ method, body: "x" })).status, 200, `${method} ${turn}`);
  }
});

testEngines(
  "an instance that answers nothing but errors is out until its next health check",
  async (open) => {
    // No check passes meanwhile, since it would forget the errors: also the first ones are spread over the interval.
    const health = { path: "/health", interval: "10m", timeout: "1s" };
    await using edge = await openServing(open, { web: { ...WEB, health, balance: "roundrobin" } }, 3);
    await edge.askInstance(1, "/control?answers=500");
    const statuses: number[] = [];
    // A machine in demand needs a moment between the tenth error and what follows.
    while (!/Server app\/web-1 is DOWN/.test(edge.balancerLog) && statuses.length < 3_000)
      statuses.push((await edge.visit()).status);
    assert.ok(statuses.filter((status) => status === 500).length >= 10, `${statuses}`);
    for (let turn = 0; turn < 60; turn += 1) assert.equal((await edge.visit()).status, 200);
  },
  { nginx: "free nginx takes no notice of an answer that is complete, whatever its status" },
);

testEngines("TLS with a certificate made for development, kept while it is good, and HTTP/2", async (open, engine) => {
  await using edge = await openServing(open, { web: WEB, balancer: { tls: "self-signed" } }, 1);
  const file = tlsFile(edge.fleet.paths, edge.member("balancer-1"));
  const pem = readFileSync(file, "utf8");
  await edge.balancer.adapter.prepare?.(edge.context, edge.member("balancer-1"));
  assert.equal(readFileSync(file, "utf8"), pem);
  const options = { host: "127.0.0.1", port: edge.port, ca: pem, servername: "localhost", agent: false as const };
  const reply = await new Promise<{ body: string; hsts: unknown }>((resolve, reject) => {
    const request = httpsRequest({ ...options, path: "/" }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ body, hsts: response.headers["strict-transport-security"] }));
    });
    request.on("error", reject);
    request.end();
  });
  assert.equal(JSON.parse(reply.body).headers["x-forwarded-proto"], "https");
  assert.equal(reply.hsts, undefined, "a browser must not remember a certificate for development");

  const session = connectHttp2(`https://localhost:${edge.port}`, { ca: pem });
  const status = await new Promise((resolve, reject) => {
    session.on("error", reject);
    const stream = session.request({ ":path": "/", ":method": "POST" });
    stream.on("error", reject);
    stream.on("response", (headers) => resolve(headers[":status"]));
    stream.resume();
    stream.write(Buffer.alloc(50_000));
    stream.end();
  });
  session.close();
  // Whose length is not told: HAProxy cannot count it in passing.
  assert.equal(status, engine === "haproxy" ? 411 : 200);
});
