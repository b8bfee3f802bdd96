import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { detect } from "../detect/detect.ts";
import { readProjectFiles } from "./project-files.ts";

async function project(files: Readonly<Record<string, string>>): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "tenfold init "));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

test("sources and manifests are read, and what tools made or others wrote is not", async () => {
  await using here = await project({
    "requirements.txt": "flask\r\n",
    "requirements/prod.txt": "gunicorn\n",
    "shop/app.py": "from flask import Flask\n",
    "notes.txt": "flask\n",
    ".env": "SECRET=1\n",
    ".env.example": "SECRET=\n",
    "node_modules/express/index.js": "x",
    ".venv/bin/python": "",
    ".venv/lib/flask/app.py": "x",
    "vendor/x.php": "x",
  });
  const { files, directory } = await readProjectFiles(here.path);
  assert.match(directory, /^tenfold init /);
  assert.deepEqual(
    files.map(({ path }) => path),
    [".env.example", "requirements.txt", "requirements/prod.txt", "shop/app.py", ".venv/bin/python"],
  );
  assert.equal(files.find(({ path }) => path === "requirements.txt")?.text, "flask\n", "line ends are made one");
  assert.equal(files.find(({ path }) => path === ".venv/bin/python")?.text, null);
});

test("large, binary and unreadable files are only known to be there", async () => {
  await using here = await project({
    "app.py": "x".repeat(300 * 1024),
    "main.py": "a\0b",
    "index.html": "<p>",
  });
  const { files } = await readProjectFiles(here.path);
  assert.ok(files.every(({ text }) => text === null));
  assert.equal(files.length, 3);
});

test("links are not followed, so that a circle ends", async () => {
  await using here = await project({ "src/app.py": "x = 1\n" });
  await symlink(here.path, join(here.path, "src/again"));
  const { files } = await readProjectFiles(here.path);
  assert.deepEqual(
    files.map(({ path }) => path),
    ["src/app.py"],
  );
});

test("a very large project takes little, and what is near its top is still seen", async () => {
  const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`lib/d${at % 50}/f${at}.py`, "x = 1\n"]));
  await using here = await project({ ...many, "app.py": "from flask import Flask\napp = Flask('x')\n" });
  const started = performance.now();
  const input = await readProjectFiles(here.path);
  const detection = detect(input);
  assert.ok(detection.found && detection.framework === "Flask");
  assert.ok(performance.now() - started < 15_000);
});

test("a directory that is not there has nothing in it", async () => {
  assert.deepEqual((await readProjectFiles("/no/such/place")).files, []);
});
