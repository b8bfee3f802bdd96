import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { detect } from "../detect/detect.ts";
import { freePort } from "../testing/free-port.ts";
import { readProjectFiles } from "./project-files.ts";

/** Debian's packages are seen by the system's own Python only. */
const PATH = "/usr/bin:/bin";

function lacks(modules: string): string | false {
  const { status } = spawnSync("/usr/bin/python3", ["-c", `import ${modules}`], { env: { PATH } });
  return status === 0 ? false : `/usr/bin/python3 has no ${modules}: install Debian's packages of these names`;
}

/** Asks until it is answered; ten seconds at most. */
async function answerOf(url: string): Promise<string> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

/** Runs the command that `init` proposes for a project, and asks it on the port that it was given. */
async function runProposed(files: Readonly<Record<string, string>>, path: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "tenfold run "));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const detection = detect(await readProjectFiles(directory));
  assert.ok(detection.found);
  const port = await freePort();
  const child = spawn("/bin/sh", ["-c", `exec ${detection.proposal.web.command}`], {
    cwd: directory,
    env: { PATH, PORT: String(port), HOST: "127.0.0.1", PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = once(child, "exit");
  try {
    return await answerOf(`http://127.0.0.1:${port}${path}`);
  } catch (error) {
    throw new Error(`no answer on port ${port} (exit ${child.exitCode}, ${child.signalCode}): ${output}`, {
      cause: error,
    });
  } finally {
    child.kill("SIGTERM");
    await exited;
    await rm(directory, { recursive: true });
  }
}

const FLASK =
  "from flask import Flask\n\napp = Flask(__name__)\n\n@app.get('/health')\ndef health():\n    return 'flask is well'\n";

test("the command for Flask with Gunicorn listens on $PORT", { skip: lacks("flask, gunicorn") }, async () => {
  const answer = await runProposed({ "app.py": FLASK, "requirements.txt": "flask\ngunicorn\n" }, "/health");
  assert.equal(answer, "flask is well");
});

test("the command for Flask alone listens on $PORT", { skip: lacks("flask") }, async () => {
  assert.equal(await runProposed({ "hello.py": FLASK }, "/health"), "flask is well");
});

test("the command for a Flask factory listens on $PORT", { skip: lacks("flask, gunicorn") }, async () => {
  const factory =
    "from flask import Flask\n\ndef create_app():\n    app = Flask('x')\n    app.get('/')(lambda: 'made')\n    return app\n";
  assert.equal(await runProposed({ "shop.py": factory, "requirements.txt": "flask\ngunicorn\n" }, "/"), "made");
});

test("the command for FastAPI listens on $PORT", { skip: lacks("fastapi, uvicorn") }, async () => {
  const main = "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/')\ndef root():\n    return 'fast'\n";
  assert.equal(await runProposed({ "main.py": main, "requirements.txt": "fastapi\n" }, "/"), '"fast"');
});

test("the command for static files listens on $PORT", { skip: lacks("http.server") }, async () => {
  assert.equal(await runProposed({ "index.html": "<p>hello" }, "/"), "<p>hello");
});
