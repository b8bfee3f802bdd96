import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { webOnly } from "../harness/applications.ts";
import { eventually } from "../harness/eventually.ts";
import { isAlive } from "../harness/processes.ts";
import { createProject } from "../harness/project.ts";

/** Goes on until its job is done, whoever asks it to end, and tells of both. */
const WORKER = `
import { existsSync } from "node:fs";
process.on("SIGTERM", () => console.log("asked"));
console.log("works");
setInterval(() => {
  if (!existsSync("done")) return;
  console.log("has finished");
  process.exit(0);
}, 20);
`;

test("a worker on its way out ends its job although the engine is killed meanwhile, and is asked once", async () => {
  const files = webOnly(1, "workers: { mail: { command: node worker.mjs, instances: 2, grace: 5m } }\n");
  await using project = await createProject({ files: { ...files, "worker.mjs": WORKER } });
  const finish = (): void => writeFileSync(project.path("done"), "");
  using _last = { [Symbol.dispose]: finish };
  await project.up();
  const path = project.path(".tenfold", "logs", "worker-mail-2.log");
  const log = (): string[] => (existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : []);
  await eventually("it works", () => log().includes("works"));
  const scaling = project.start(["scale", "worker.mail=1"]);
  await eventually("it was asked", () => log().includes("asked"));
  await eventually("that is written down", () =>
    readFileSync(project.path(".tenfold", "state.json"), "utf8").includes('"asked":true'),
  );
  const { engine } = project;
  process.kill(engine, "SIGKILL");
  await scaling.ended;
  await eventually("another engine has it", async () => {
    if (project.engine === engine || !isAlive(project.engine)) return false;
    return (await project.member("worker-mail-2")).state === "draining";
  });
  assert.deepEqual(log(), ["works", "asked"]);
  writeFileSync(project.path("done"), "");
  await eventually(
    "it has gone",
    async () => !(await project.ps()).members.some(({ name }) => name === "worker-mail-2"),
  );
  assert.deepEqual(log(), ["works", "asked", "has finished"]);
});
