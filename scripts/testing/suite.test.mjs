import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { runSuite } from "./suite.mjs";

const TEST =
  'import { test } from "node:test"; import { spawn } from "node:child_process"; import fs from "node:fs"; import os from "node:os";\n';

/** Runs a suite of files that are written for it. Gives the exit code and what was printed. */
async function suiteOf(
  files,
  { filters = [], file = 60_000, total = 60_000, signal = new AbortController().signal } = {},
) {
  const root = await mkdtemp(join(tmpdir(), "suite "));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), TEST + text);
    }
    const lines = [];
    const code = await runSuite({
      root,
      node: process.execPath,
      env: process.env,
      filters,
      limits: { file, total },
      print: (line) => lines.push(line),
      signal,
    });
    return { code, text: lines.join("\n") };
  } finally {
    await rm(root, { recursive: true });
  }
}

/** Starts a process that outlives its test, and of which the runner knows nothing. */
const leak = (options) =>
  `test("leaks", () => { spawn("sleep", ["300"], { detached: true, stdio: "ignore", ${options} }).unref(); });`;

/** Whether a process is gone, or only waits for whoever inherited it to ask for its exit code. */
async function hasEnded(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return status === "" || /^State:\s+Z/m.test(status);
}

test("files that pass give 0, are counted, and their skips are told with the reason", async () => {
  const { code, text } = await suiteOf({
    "packages/a/src/one.test.mjs": 'test("fine", () => {}); test("not now", { skip: "no moon" }, () => {});',
    "packages/a/src/deep/two.test.ts": 'test("typed", () => { const x: number = 1; });',
    "tests/three.test.mjs": 'test("alone", () => {});',
    "packages/a/src/helper.mjs": "throw new Error('is no test');",
    "packages/a/node_modules/x/src/no.test.mjs": "throw new Error('is not ours');",
  });
  assert.equal(code, 0, text);
  assert.match(text, /3 passed, 0 failed, 1 skipped in 3 files/);
  assert.match(text, /skipped 1, no moon: packages\/a\/src\/one\.test\.mjs/);
});

test("a failed test gives 1, its name in the summary, and its output", async () => {
  const { code, text } = await suiteOf({
    "packages/a/src/bad.test.mjs": 'test("breaks", () => { throw new Error("this is why"); });',
    "packages/a/src/good.test.mjs": 'test("fine", () => {});',
  });
  assert.equal(code, 1);
  assert.match(text, /this is why/);
  assert.match(text, /✖ packages\/a\/src\/bad\.test\.mjs: failed: breaks/);
  assert.match(text, /1 passed, 1 failed/);
});

test("a file that breaks before its tests, or holds none, fails", async () => {
  const { code, text } = await suiteOf({
    "packages/a/src/syntax.test.mjs": "const = 1;",
    "packages/a/src/empty.test.mjs": "export {};",
  });
  assert.equal(code, 1);
  assert.match(text, /syntax\.test\.mjs: ended with exit code 1/);
  assert.match(text, /empty\.test\.mjs: holds no test/);
});

test("a file that hangs is killed with all its processes, and named", async () => {
  const { code, text } = await suiteOf(
    {
      "packages/a/src/hangs.test.mjs":
        'test("ends", () => {}); test("waits", async () => { spawn("sleep", ["300"]); setInterval(() => {}, 1000); await new Promise(() => {}); });',
      "packages/a/src/good.test.mjs": 'test("fine", () => {});',
    },
    { file: 1_500 },
  );
  assert.equal(code, 1);
  assert.match(
    text,
    /hangs\.test\.mjs: hung: still running after 1\.5 s, and was killed; was in the middle of: waits$/m,
  );
  assert.match(text, /✔ packages\/a\/src\/good\.test\.mjs/);
});

test("of a file that hangs because a test failed, why it failed is told", async () => {
  const { code, text } = await suiteOf(
    {
      "packages/a/src/hangs.test.mjs":
        'test("breaks", () => { setInterval(() => {}, 1000); throw new Error("this is why"); });',
    },
    { file: 1_500 },
  );
  assert.equal(code, 1);
  assert.match(text, /this is why/);
  assert.match(text, /was killed; failed: breaks$/m);
});

test("a process that is left behind is named and killed, by its mark or by where it works", {
  skip: process.platform === "linux" ? false : "needs /proc",
}, async () => {
  const { code, text } = await suiteOf({
    "packages/a/src/marked.test.mjs": leak('cwd: "/"'),
    "packages/a/src/titled.test.mjs": leak("cwd: os.tmpdir(), env: {}"),
    "packages/a/src/opened.test.mjs": leak(
      `cwd: "/", env: {}, stdio: ["ignore", fs.openSync(os.tmpdir() + "/log", "w"), "ignore"]`,
    ),
    "packages/a/src/good.test.mjs": `test("fine", () => { spawn("sleep", ["0.2"], { detached: true, stdio: "ignore" }).unref(); });`,
  });
  assert.equal(code, 1);
  for (const name of ["marked", "titled", "opened"]) {
    assert.match(text, new RegExp(`${name}\\.test\\.mjs: left a process: sleep 300 \\(pid \\d+\\)`));
  }
  assert.match(text, /✔ packages\/a\/src\/good\.test\.mjs/, "one that ends by itself at once is no leak");
  for (const [, left] of text.matchAll(/sleep 300 \(pid (\d+)\)/g)) {
    assert.ok(await hasEnded(left), "it was killed");
  }
});

test("a file that is left behind is named", async () => {
  const { code, text } = await suiteOf({
    "packages/a/src/litter.test.mjs": 'test("litters", () => fs.mkdtempSync(os.tmpdir() + "/data-"));',
  });
  assert.equal(code, 1);
  assert.match(text, /litter\.test\.mjs: left a file: \/tmp\/tf-.*\/data-/);
});

test("parts of names choose files, and a name that nobody has is the user's mistake", async () => {
  const files = {
    "packages/a/src/one.test.mjs": 'test("x", () => {});',
    "packages/a/src/two.test.mjs": 'test("y", () => {});',
  };
  assert.match((await suiteOf(files, { filters: ["two"] })).text, /1 passed, 0 failed, 0 skipped in 1 files/);
  assert.equal((await suiteOf(files, { filters: ["three"] })).code, 2);
});

test("the total limit stops what runs, and what did not run is not passed over", async () => {
  const wait = 'test("waits", async () => { await new Promise((done) => setTimeout(done, 60_000)); });';
  // One more than are run at a time.
  const names = Array.from({ length: availableParallelism() + 1 }, (_, at) => `tests/${at}.test.mjs`);
  const { code, text } = await suiteOf(Object.fromEntries(names.map((name) => [name, wait])), { total: 1_500 });
  assert.equal(code, 1);
  assert.match(text, /total limit/);
  assert.match(text, /0\.test\.mjs: was stopped/);
  assert.match(text, new RegExp(`${names.length - 1}\\.test\\.mjs: was not run`));
});
