import assert from "node:assert/strict";
import { test } from "node:test";
import { webOnly } from "../harness/applications.ts";
import { eventually } from "../harness/eventually.ts";
import { whoAnswers } from "../harness/load.ts";
import { createProject, type Project } from "../harness/project.ts";
import { connectRedis } from "../harness/writers.ts";

/** As the other, but an instance's health can be switched off without touching anything else. */
const SICK = `
import { createServer } from "node:http";
let status = 200;
const name = process.env.INSTANCE_ID;
createServer((request, response) => {
  if (request.url === "/health") response.statusCode = status;
  if (request.url === "/fall-ill/" + name) status = 500;
  if (request.url === "/recover") status = 200;
  response.end(name);
}).listen(process.env.PORT, process.env.HOST);
`;

const NGINX = "balancer: nginx\n";

async function answering(project: Project): Promise<ReadonlySet<string>> {
  return whoAnswers((await project.ps()).urls.app ?? "");
}

test("behind nginx, an instance that fails its health check gets no requests until it passes again", async () => {
  const file = `name: shop\nweb: { command: node server.mjs, health: { path: /health, interval: 200ms } }\n${NGINX}`;
  await using project = await createProject({ files: { "server.mjs": SICK, "tenfold.yaml": file } });
  await project.up();
  const router = async (detail: RegExp): Promise<void> => {
    await eventually(`a router that says ${detail}`, async () =>
      detail.test((await project.member("balancer-2")).detail ?? ""),
    );
  };
  await router(/^3 of 3/);
  const { port } = await project.member("web-2");
  await fetch(`http://127.0.0.1:${port}/fall-ill/web-2`);
  await router(/^2 of 3 instances healthy$/);
  assert.deepEqual([...(await answering(project))].sort(), ["web-1", "web-3"]);
  assert.equal((await project.health()).status, "degraded");

  for (const name of ["web-1", "web-3"]) {
    const { port } = await project.member(name);
    await fetch(`http://127.0.0.1:${port}/fall-ill/${name}`);
  }
  await router(/^0 of 3 instances healthy, less than half: all get requests$/);
  assert.equal((await answering(project)).size, 3);

  for (const name of ["web-1", "web-2", "web-3"]) {
    const { port } = await project.member(name);
    await fetch(`http://127.0.0.1:${port}/recover`);
  }
  await router(/^3 of 3 instances healthy$/);
  await project.healthy();
});

test("a fleet changes from nginx to HAProxy and back", async () => {
  await using project = await createProject({ files: webOnly(2, NGINX) });
  await project.up();
  for (const [engine, count] of [
    ["haproxy", 1],
    ["nginx", 2],
  ] as const) {
    const { pid } = await project.member("balancer-1");
    await project.write(webOnly(2, `balancer: ${engine}\n`));
    const { stderr } = await project.up();
    const { members } = await project.healthy();
    assert.equal(members.filter(({ kind }) => kind === "balancer").length, count, stderr);
    assert.notEqual((await project.member("balancer-1")).pid, pid);
    assert.equal((await answering(project)).size, 2);
    if (engine === "haproxy") {
      // Visitors need the router for as long as nginx is the edge.
      const lines = stderr.split("\n").map((line) => line.trim().split(/\s+/).slice(1, 3).join(" "));
      assert.ok(lines.indexOf("balancer-1 ready") < lines.indexOf("balancer-2 stopped"), stderr);
    }
  }
});

test("behind nginx, HAProxy carries what speaks to the Redis master, and follows it", async () => {
  const files = webOnly(2, `${NGINX}redis: { replicas: 1 }\ncache: false\n`);
  await using project = await createProject({ files });
  await project.up();
  const { members } = await project.healthy();
  assert.equal(members.find(({ name }) => name === "balancer-3")?.detail, "fronts: redis");
  const redis = connectRedis(await project.variable("REDIS_URL"));
  try {
    await redis.set("before", "1");
    await project.tenfold("failover", "redis");
    assert.equal(await redis.get("before"), "1");
    assert.match(await redis.info("replication"), /role:master/);
  } finally {
    redis.disconnect();
  }
  await project.healthy();
});
