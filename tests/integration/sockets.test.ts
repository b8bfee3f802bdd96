import assert from "node:assert/strict";
import { test } from "node:test";
import { createProject } from "../harness/project.ts";
import { SOCKET_SERVER, socketsThrough } from "../harness/sockets.ts";

const DRAIN_SECONDS = 2;

test("open WebSockets are left alone until the deadline of a deploy, and then told to come again", async () => {
  await using project = await createProject({
    files: {
      "server.mjs": SOCKET_SERVER,
      "tenfold.yaml": `name: shop
web: { command: node server.mjs, instances: 2, health: /health, drain: ${DRAIN_SECONDS}s }
`,
    },
  });
  await project.up();
  const { urls } = await project.healthy();
  await project.write({ "server.mjs": `${SOCKET_SERVER}// changed\n` });
  const closings = await socketsThrough(urls.app ?? "", {
    count: 50,
    act: async () => {
      await project.tenfold("deploy", "-y");
    },
    within: 30_000,
  });
  assert.equal(closings.length, 50, "all of them have ended");
  const first = Math.min(...closings.map(({ after }) => after));
  assert.ok(first >= DRAIN_SECONDS * 1000, `one ended after ${first.toFixed(0)} ms`);
  assert.deepEqual([...new Set(closings.map(({ code }) => code))], [1012]);
});
