import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Fault } from "../../fault/fault.ts";
import { seconds } from "../../units/millis.ts";
import { loadProject, type Project, type ProjectOptions } from "../load.ts";
import { temporaryProject } from "../temporary-project.fixture.ts";
import { loadProgram, type Program } from "./load.ts";

async function projectOf(
  program: string,
  files: Record<string, string> = {},
  options: Partial<ProjectOptions> = {},
): Promise<Project> {
  await using project = await temporaryProject({ "tenfold.config.ts": program, ...files });
  return await loadProject({ directory: project.directory, processEnv: {}, ...options });
}

/** Asks again until there is an answer, for ten seconds at most. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = performance.now() + 10_000; performance.now() < deadline; await wait(10)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new assert.AssertionError({ message: "it did not happen within ten seconds" });
}

/** Whether a process does something; one that ended and was not collected does not. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) Z /.test(stat);
}

async function faultOf(program: string, files: Record<string, string> = {}): Promise<Fault> {
  const thrown: unknown = await projectOf(program, files).catch((one: unknown) => one);
  assert.ok(thrown instanceof Fault, thrown instanceof Error ? String(thrown.stack) : String(thrown));
  return thrown;
}

test("a program exports a fleet with defineFleet, although tenfold is not installed beside it", async () => {
  const { spec } = await projectOf(
    'import { defineFleet, type FleetInput } from "tenfold";\nconst web: FleetInput["web"] = { command: "node s.ts", instances: 4 };\nexport default defineFleet({ web });\n',
  );
  assert.equal(spec.web.instances.max, 4);
});

test("it may export an object, a function, a promise, or a function that makes a promise", async () => {
  for (const exported of [
    "{ web: 'x' }",
    "() => ({ web: 'x' })",
    "Promise.resolve({ web: 'x' })",
    "async () => ({ web: 'x' })",
  ])
    assert.equal((await projectOf(`export default ${exported};`)).spec.web.command, "x");
  assert.equal((await projectOf("module.exports = { web: 'x' as string };")).spec.web.command, "x");
});

test("it imports files beside it, sees the variables of .env, and runs in the project's directory", async () => {
  const { spec } = await projectOf(
    'import { readFileSync } from "node:fs";\nimport { command } from "./lib/command.ts";\nexport default { web: command, env: { A: process.env.A, B: readFileSync("b.txt", "utf8") } };\n',
    { "lib/command.ts": 'export const command: string = "node x";\n', ".env": "A=from .env\n", "b.txt": "from a file" },
  );
  assert.equal(spec.web.command, "node x");
  assert.deepEqual(spec.env, { A: "from .env", B: "from a file" });
});

test("a change in the program, or in what it imports, is seen the next time", async () => {
  await using project = await temporaryProject({
    "tenfold.config.ts": 'export { default } from "./fleet.ts";',
    "fleet.ts": "export default { web: 'one' };",
  });
  const load = (): Promise<Project> => loadProject({ directory: project.directory, processEnv: {} });
  assert.equal((await load()).spec.web.command, "one");
  await project.write("fleet.ts", "export default { web: 'two' };");
  assert.equal((await load()).spec.web.command, "two");
});

test("what it prints becomes notes and reaches no output of ours", async () => {
  const { notes } = await projectOf("console.log('hello'); console.error('there'); export default { web: 'x' };");
  assert.ok(notes.includes("tenfold.config.ts said: hello"));
  assert.ok(notes.includes("tenfold.config.ts said: there"));
});

test("a program that throws is shown with the user's own lines", async () => {
  const fault = await faultOf(
    "function readSecrets(): never {\n  throw new TypeError('no vault');\n}\nconsole.log('starting');\nexport default () => readSecrets();\n",
  );
  assert.equal(fault.code, "TF_SPEC_THROWS");
  assert.equal(fault.message, "tenfold.config.ts threw TypeError: no vault");
  assert.deepEqual(fault.lines, [
    "  1 | function readSecrets(): never {",
    "  2 |   throw new TypeError('no vault');",
    "    |         ^",
    "at readSecrets (tenfold.config.ts:2:9)",
    "at default (tenfold.config.ts:5:22)",
    "its output:",
    "  starting",
  ]);
});

test("whatever is thrown, however late, is a fault", async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["throw 'text';", /threw text$/],
    ["throw undefined;", /threw undefined$/],
    ["throw new Error('a\\nb');", /threw Error: a$/],
    ["throw new Error('a', { cause: new Error('b') });", /threw Error: a: b$/],
    ["export default Promise.reject(new Error('rejected'));", /threw Error: rejected$/],
    ["setTimeout(() => { throw new Error('late') }, 5); export default new Promise(() => {});", /threw Error: late$/],
    ["process.exit(3);", /ended \(exit code 3\) before it had exported a fleet$/],
    ["process.kill(process.pid, 'SIGKILL');", /ended \(SIGKILL\) before it had exported a fleet$/],
    ["await new Promise(() => {}); export default {};", /waits for a promise that nothing settles$/],
    ["import x from 'dotenv'; export default x;", /imports dotenv, which is not installed$/],
    ["import x from './nope.ts'; export default x;", /imports nope\.ts, which does not exist$/],
  ];
  for (const [program, message] of cases) {
    const fault = await faultOf(program);
    assert.equal(fault.code, "TF_SPEC_THROWS", program);
    assert.match(fault.message, message, program);
  }
});

async function programOf(text: string): Promise<AsyncDisposable & { program: Program; directory: string }> {
  const project = await temporaryProject({ "tenfold.config.mjs": text });
  const { directory } = project;
  const file = join(directory, "tenfold.config.mjs");
  const program = { file, name: "tenfold.config.mjs", directory, env: { PATH: process.env.PATH ?? "" } };
  return { program, directory, [Symbol.asyncDispose]: () => project[Symbol.asyncDispose]() };
}

test("a program that never ends is stopped at its deadline", async () => {
  await using endless = await programOf("console.log('on my way'); for (;;) {}");
  await assert.rejects(loadProgram({ ...endless.program, deadline: seconds(2) }), {
    code: "TF_SPEC_THROWS",
    message: "tenfold.config.mjs did not finish within 2s",
    lines: ["its output:", "  on my way"],
  });
});

test("an aborted load leaves neither the program behind nor what it waits for", async () => {
  await using waiting = await programOf(
    "import { execSync } from 'node:child_process'; execSync('echo $$ > pid; exec sleep 60'); export default {};",
  );
  const abort = new AbortController();
  const loading = loadProgram({ ...waiting.program, signal: abort.signal });
  const pidFile = join(waiting.directory, "pid");
  const pid = await eventually(async () => Number(await readFile(pidFile, "utf8").catch(() => "")) || undefined);
  abort.abort(new Error("Ctrl-C"));
  await assert.rejects(loading, { message: "Ctrl-C" });
  await eventually(async () => ((await isRunning(pid)) ? undefined : true));
});

test("something that a program leaves running does not hold it up", async () => {
  await using starter = await programOf(
    "import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs'; const left = spawn('sleep', ['60'], { stdio: 'inherit', detached: true }); left.unref(); writeFileSync('pid', String(left.pid)); export default { web: 'x' };",
  );
  const before = performance.now();
  assert.deepEqual((await loadProgram(starter.program)).value, { web: "x" });
  assert.ok(performance.now() - before < 10_000);
  process.kill(Number(await readFile(join(starter.directory, "pid"), "utf8")), "SIGKILL");
});

test("a syntax error is shown with its line, in TypeScript and in JavaScript", async () => {
  const fault = await faultOf("export default {\n  web: 1,,\n};\n");
  assert.equal(fault.code, "TF_SPEC_SYNTAX");
  assert.match(fault.message, /^tenfold\.config\.ts, line 2, column 10: /);
  assert.deepEqual(fault.lines, ["  1 | export default {", "  2 |   web: 1,,", "    |          ^"]);
  const inside = await faultOf("import './part.ts';\nexport default {};\n", { "part.ts": "const a: = 1;\n" });
  assert.match(inside.message, /^part\.ts, line 1, column 10: /);
  const kept = await faultOf("enum A { B }\nexport default {};\n");
  assert.match(kept.message, /line 1, column 1: TypeScript enum is not supported: Node\.js runs the file by taking/);
  await using project = await temporaryProject({ "tenfold.config.mjs": "export default {\n  web: 1,,\n};\n" });
  await assert.rejects(loadProject({ directory: project.directory, processEnv: {} }), {
    code: "TF_SPEC_SYNTAX",
    message: "tenfold.config.mjs, line 2, column 10: Unexpected token ','",
  });
});

test("what is exported must be a fleet", async () => {
  assert.match((await faultOf("export const fleet = {};")).message, /exports fleet, but no default$/);
  assert.match((await faultOf("export default 3;")).lines[0] ?? "", /is only a number at the top/);
  assert.match((await faultOf("export default { web: () => 'x' };")).lines[0] ?? "", /^web: is a function/);
  assert.match(
    (await faultOf("export default { web: { command: 'x', instances: 0 } };")).lines[0] ?? "",
    /^web\.instances: is 0;/,
  );
  assert.match(
    (await faultOf("const a: any = {}; a.web = a; export default a;")).lines[0] ?? "",
    /^web: contains itself$/,
  );
});
