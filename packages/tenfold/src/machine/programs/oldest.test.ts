import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { PROGRAMS } from "../../fleet/machine.ts";
import { OLDEST } from "./oldest.ts";

test("the reference names every program with the oldest version that works, and no other", async () => {
  const page = await readFile(new URL("../../../../../docs/reference/programs.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| ([a-z-]+) \| (\d[\d.]*) \|/gm)].map(([, name, version]) => [name, version]);
  const shown = PROGRAMS.map((name) => {
    const [major, minor, patch] = OLDEST[name];
    if (name === "postgres") return [name, `${major}`];
    return [name, patch === 0 ? `${major}.${minor}` : `${major}.${minor}.${patch}`];
  });
  assert.deepEqual(rows, shown);
});
