import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../harness/program.ts";
import { checkArchitecture } from "./check.ts";

/** What the check says of a repository with these files. */
async function saidOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), "house-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, "packages", path)), { recursive: true });
      await writeFile(join(root, "packages", path), text);
    }
    return checkArchitecture(root);
  } finally {
    await rm(root, { recursive: true });
  }
}

test("dependencies point one way, pure folders are pure, and no file is too long", () => {
  assert.deepEqual(checkArchitecture(ROOT), []);
});

const planted: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  [
    "a pure folder that imports an effect",
    { "tenfold/src/plan/a.ts": 'import "../journal/b.ts";' },
    /plan\/ may not import journal\//,
  ],
  [
    "siblings that import each other",
    { "tenfold/src/scale/a.ts": 'import { x } from "../plan/b.ts";' },
    /scale\/ may not import plan\//,
  ],
  [
    "an import of a type alone",
    { "tenfold/src/spec/a.ts": 'import type { F } from "../fleet/f.ts";' },
    /spec\/ may not import fleet\//,
  ],
  [
    "an import at run time",
    { "tenfold/src/units/a.ts": 'await import("../spec/s.ts");' },
    /units\/ may not import spec\//,
  ],
  [
    "somebody who imports the command line",
    { "tenfold/src/engine/a.ts": 'import "../cli/wire.ts";' },
    /engine\/ may not import cli\//,
  ],
  [
    "an engine that knows a driver",
    { "tenfold/src/engine/a.ts": 'import "../drivers/process/p.ts";' },
    /through drivers\/driver\.ts only/,
  ],
  [
    "a command that knows where its fleet runs",
    { "tenfold/src/cli/commands/a.ts": 'import "../../targets/local/l.ts";' },
    /through targets\/target\.ts only/,
  ],
  [
    "a folder without a rule",
    { "tenfold/src/new/a.ts": 'import "../units/port.ts";' },
    /say in .*rules\.ts what new\/ may import/,
  ],
  [
    "a clock in a pure folder",
    { "tenfold/src/scale/a.ts": "export const now = () => Date.now();" },
    /is pure and uses Date\.now/,
  ],
  [
    "a clock in the pure part of a folder",
    { "tenfold/src/load/stats/a.ts": "export const now = () => performance.now();" },
    /is pure and uses performance\.now/,
  ],
  [
    "a module of Node in a pure folder",
    { "tenfold/src/fleet/a.ts": 'import { join } from "node:path";' },
    /is pure and uses node:path/,
  ],
  [
    "the environment in a pure folder",
    { "tenfold/src/spec/a.ts": "export const home = process.env.HOME;" },
    /is pure and uses process\.env/,
  ],
  [
    "an SDK that needs the engine",
    { "runtime/src/a.ts": 'import { defineFleet } from "tenfold";' },
    /imports tenfold, which runtime may not/,
  ],
  [
    "a path out of a package",
    { "protocol/src/a.ts": 'import "../../tenfold/src/index.ts";' },
    /outside of its package/,
  ],
  ["a file that is too long", { "tenfold/src/cli/a.ts": "export {};\n".repeat(301) }, /has 301 lines, more than 300/],
];

for (const [title, files, expected] of planted) {
  test(`finds ${title}`, async () => {
    const said = await saidOf(files);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0] ?? "", expected);
  });
}

test("says nothing of what is allowed, of comments, and of text", async () => {
  const text = [
    'import { Port } from "../units/port.ts";',
    'import type { Fleet } from "../fleet/fleet.ts";',
    "// Date.now() would be wrong here, and so would process.env.",
    "/** Not Math.random(). */",
    'export const hint = "set process.env.PORT";',
    "export const at = (now: number): Date => new Date(now);",
  ].join("\n");
  assert.deepEqual(
    await saidOf({ "tenfold/src/plan/a.ts": text, "tenfold/src/plan/a.test.ts": 'import "../cli/main.ts";' }),
    [],
  );
});
