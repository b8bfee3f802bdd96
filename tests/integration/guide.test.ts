import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ROOT } from "../harness/program.ts";
import { createProject, type Project } from "../harness/project.ts";
import { missingFrom, stepsOf } from "../harness/walkthrough.ts";

const GUIDE = readFileSync(join(ROOT, "docs/guides/your-application.md"), "utf8");
/** As the guide says, on a machine with the distribution's own Python. */
const PATH = `${ROOT}/node_modules/.bin:/usr/bin:/bin:/usr/sbin:/sbin`;
/** Where the guide's first fleet answers; the next one may find the port taken. */
const WRITTEN = "http://127.0.0.1:8080";

/** Whether Debian's own Python has these modules; else what brings them. */
function python(modules: string): false | string {
  try {
    execFileSync("/usr/bin/python3", ["-c", `import ${modules}`], { stdio: "ignore", env: {} });
    return false;
  } catch {
    return `Debian's Python lacks one of ${modules}; the guide says how to install them`;
  }
}

/** Does what is not the guide's subject: packages are there already. */
function isPrepared(project: Project, command: string): boolean {
  if (command.startsWith("sudo apt-get install")) return true;
  if (command !== "npm install") return false;
  symlinkSync(join(ROOT, "node_modules"), project.path("node_modules"));
  return true;
}

async function follow(t: TestContext, section: string, name: string): Promise<void> {
  await using project = await createProject({ name });
  let commands = 0;
  for (const step of stepsOf(GUIDE, section)) {
    if (step.kind === "file") {
      await project.write({ [step.name]: step.text });
      continue;
    }
    let output = "";
    for (const command of step.commands) {
      if (isPrepared(project, command)) continue;
      const url = command.includes(WRITTEN) ? ((await project.ps()).urls.app ?? "") : WRITTEN;
      const argv = ["sh", "-c", command.replaceAll(WRITTEN, url)];
      const { code, stdout, stderr } = await project.run([], { argv, env: { PATH } });
      assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
      output += `${stderr}${stdout}\n`.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, WRITTEN);
      commands += 1;
    }
    const missing = missingFrom(output, step.says);
    assert.equal(missing, null, `${step.commands.join("; ")} said no such line, but:\n${output}`);
  }
  t.diagnostic(`${commands} commands of ${section}`);
  assert.ok(commands >= 4);
}

test("the guide, followed word for word: Flask", { skip: python("flask, psycopg2, gunicorn") }, (t) => {
  return follow(t, "Flask", "notes");
});

test("the guide, followed word for word: FastAPI", { skip: python("fastapi, uvicorn, redis.asyncio") }, (t) => {
  return follow(t, "FastAPI", "visitors");
});

test("the guide, followed word for word: Node", (t) => follow(t, "Node", "counter"));

test("a line that was not said is noticed, and so is the wrong order", () => {
  assert.equal(missingFrom("a  1\nb 2\n", ["a …", "b 2"]), null);
  assert.equal(missingFrom("a 1\nb 2\n", ["b 2", "a …"]), "a …");
  assert.equal(missingFrom("web-1  ready", ["web-2 … ready"]), "web-2 … ready");
});
