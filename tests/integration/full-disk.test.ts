import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import { SERVER } from "../harness/applications.ts";
import { eventually } from "../harness/eventually.ts";
import { createProject, type Project } from "../harness/project.ts";
import { connectPostgres } from "../harness/writers.ts";

const command = promisify(execFile);
const needsRoot = process.getuid?.() === 0 ? false : "only root may mount a file system";

/** A small disk where the fleet keeps its data. */
async function smallDisk(project: Project, size: string): Promise<AsyncDisposable> {
  const directory = project.path(".tenfold");
  await mkdir(directory);
  await command("mount", ["-t", "tmpfs", "-o", `size=${size},mode=755`, "tmpfs", directory]);
  return {
    [Symbol.asyncDispose]: async () => {
      await project.run(["down", "--volumes", "-y"]);
      await command("umount", ["-l", directory]);
    },
  };
}

/** Writes rows until the database can take no more; gives the number of the last that it acknowledged. */
async function writeUntilFull(url: string): Promise<number> {
  const client = await connectPostgres(url);
  // It must not be compressed.
  const text = randomBytes(64 * 1024).toString("hex");
  let acknowledged = 0;
  try {
    for (let number = 1; number <= 4000; number += 1) {
      await client.query("INSERT INTO notes VALUES ($1, $2)", [number, text]);
      acknowledged = number;
    }
  } catch {
    // It is full.
  } finally {
    await client.end().catch(() => {});
  }
  return acknowledged;
}

test("a full disk under the databases loses nothing, is told, and with space again the fleet is whole", {
  skip: needsRoot,
}, async () => {
  await using project = await createProject({
    files: {
      "server.mjs": SERVER,
      "tenfold.yaml": `name: shop\nweb: { command: node server.mjs, instances: 1, health: /health }\npostgres: { replicas: 1 }\nredis: false\ncache: false\n`,
    },
  });
  await using _disk = await smallDisk(project, "900m");
  await project.up();
  await project.healthy();
  const url = await project.variable("DATABASE_DIRECT_URL");
  const first = await connectPostgres(url);
  await first.query("CREATE TABLE notes (number int PRIMARY KEY, text text)");
  await first.end();
  const ballast = project.path(".tenfold", "ballast");
  // So much that afterwards there is room for all that the servers have yet to write, and for a new copy of one.
  await writeFile(ballast, Buffer.alloc(540 * 1024 * 1024));
  const acknowledged = await writeUntilFull(url);
  assert.ok(acknowledged > 10, `only ${acknowledged} rows fitted`);
  await eventually("the health says so", async () => {
    const { checks, status } = await project.health();
    const disk = checks.find(({ name }) => name === "disk");
    return status !== "healthy" && disk?.status === "failed" && /free some space/.test(disk.detail);
  });
  await rm(ballast);
  await project.healthy(60_000);
  const client = await connectPostgres(url);
  const { rows } = await client.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM notes WHERE number <= $1",
    [acknowledged],
  );
  await client.end();
  assert.equal(rows[0]?.count, acknowledged);
});
