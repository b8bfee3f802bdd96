import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../fault/fault.ts";
import { loadProject, type Project } from "./load.ts";
import { temporaryProject } from "./temporary-project.fixture.ts";
import type { ProcessEnv } from "./variables.ts";

async function projectOf(yaml: string, env: string, processEnv: ProcessEnv = {}): Promise<Project> {
  await using project = await temporaryProject({ "tenfold.yaml": yaml, ".env": env });
  return await loadProject({ directory: project.directory, processEnv });
}

async function faultOf(yaml: string, env: string, processEnv: ProcessEnv = {}): Promise<Fault> {
  const thrown: unknown = await projectOf(yaml, env, processEnv).catch((one: unknown) => one);
  assert.ok(thrown instanceof Fault, String(thrown));
  return thrown;
}

test("the specification keeps templates, so that no secret enters it", async () => {
  const { spec, environment } = await projectOf(
    "web: {command: x, env: {B: '${KEY}-${DATABASE_URL}'}}\nenv: {A: '${KEY:-none}'}\npostgres: true\nredis: {url: 'redis://:${KEY}@h'}\n",
    "KEY=hunter2\n",
  );
  assert.deepEqual(spec.env, { A: "${KEY:-none}" });
  assert.deepEqual(spec.web.env, { B: "${KEY}-${DATABASE_URL}" });
  assert.ok(spec.redis !== false && spec.redis.kind === "managed" && spec.redis.url === "redis://:${KEY}@h");
  assert.doesNotMatch(JSON.stringify(spec), /hunter2/);
  assert.deepEqual(environment, { KEY: "hunter2" });
});

test("fields that are no text are expanded before they are parsed", async () => {
  const { spec } = await projectOf(
    "web: {command: x, instances: '${N}', health: '${H}', concurrency: '${C:-false}'}\nbalancer: {port: '${P:-9000}', gzip: '${G}', tls: '${T:-self-signed}'}\npostgres: {replicas: '${N}'}\n",
    "N=4\nH=/up\nG=false\n",
  );
  assert.deepEqual(spec.web.instances, { min: 4, max: 4 });
  assert.equal(spec.web.health.path, "/up");
  assert.equal(spec.web.concurrency, false);
  assert.equal(spec.balancer.port, 9000);
  assert.equal(spec.balancer.gzip, false);
  assert.equal(spec.balancer.tls, "self-signed");
  assert.ok(spec.postgres !== false && spec.postgres.kind === "local" && spec.postgres.replicas === 4);
});

test("a value that a reference brought is shown with the reference, unless its name sounds secret", async () => {
  const fault = await faultOf(
    "web: {command: x, instances: '${N}', cpu: '${API_TOKEN}'}\n",
    "N=four\nAPI_TOKEN=hunter2\n",
  );
  assert.match(fault.lines.join("\n"), /web\.instances: is "four" \(\$\{N\}\); it must be a whole number/);
  assert.match(fault.lines.join("\n"), /web\.cpu: is \$\{API_TOKEN\}; it must be a number of cores/);
  assert.doesNotMatch(fault.lines.join("\n"), /hunter2/);
});

test("commands are left to the shell, and $${ is the text ${", async () => {
  const yaml = "web: 'x ${A} $B'\nrelease: ['m', '${A}']\nworkers: {w: 'y ${C:-d}'}\n";
  const { spec } = await projectOf(yaml, "");
  assert.equal(spec.web.command, "x ${A} $B");
  assert.deepEqual(spec.release, ["m", "${A}"]);
  assert.equal(spec.workers.w?.command, "y ${C:-d}");
  const { spec: escaped } = await projectOf("web: x\nworkers: {w: {command: y, queue: '$${Q}'}}\n", "");
  assert.equal(escaped.workers.w?.queue, "${Q}");
});

test("variables arrive as they are written, before YAML understands them", async () => {
  const { spec } = await projectOf(
    "web: x\nenv: {ZIP: 007, V: 1.10, D: True, H: 0x1F, N: 5, BIG: 12345678901234567890}\n",
    "",
  );
  assert.deepEqual(spec.env, { ZIP: "007", V: "1.10", D: "True", H: "0x1F", N: "5", BIG: "12345678901234567890" });
});

test("the process's environment wins over .env, and only what is referred to is taken from it", async () => {
  const { environment, notes } = await projectOf(
    "web: 'node s.js --log $LOG'\nenv: {A: '${FROM_SHELL}', B: '${BOTH}'}\n",
    "BOTH=file\nFILE=1\nEXPANDED=${BOTH}!\n",
    { FROM_SHELL: "s", BOTH: "shell", LOG: "debug", HOME: "/root", UNUSED: "u" },
  );
  assert.deepEqual(environment, { BOTH: "shell", EXPANDED: "shell!", FILE: "1", FROM_SHELL: "s", LOG: "debug" });
  assert.ok(notes.includes("BOTH is taken from the environment, not from .env:1."), notes.join());
});

test("what the fleet provides wins over .env, and is no missing reference", async () => {
  const yaml = "web: x\npostgres: true\nenv: {COPY: '${DATABASE_URL}', WHO: '${INSTANCE_ID}'}\n";
  const { environment, notes } = await projectOf(yaml, "DATABASE_URL=postgres://development\nPORT=3000\n");
  assert.deepEqual(environment, {});
  assert.ok(notes.some((note) => note.startsWith(".env:1: DATABASE_URL is not used")));
  assert.ok(notes.some((note) => note.startsWith(".env:2: PORT is not used")));
  const without = await projectOf("web: x\nenv: {COPY: '${DATABASE_URL}'}\n", "DATABASE_URL=postgres://development\n");
  assert.deepEqual(without.environment, { DATABASE_URL: "postgres://development" });
});

test("a URL of a service that somebody else runs may come from a variable of the name that the fleet gives", async () => {
  const yaml =
    "web: x\npostgres: {url: '${DATABASE_URL}'}\nredis: {url: '${REDIS_URL}'}\nenv: {COPY: '${DATABASE_URL}'}\n";
  const { environment, notes } = await projectOf(yaml, "DATABASE_URL=postgres://h/d\n", { REDIS_URL: "redis://h" });
  assert.deepEqual(environment, { DATABASE_URL: "postgres://h/d", REDIS_URL: "redis://h" });
  assert.doesNotMatch(notes.join(), /is not used/);
  const fault = await faultOf(yaml, "", { REDIS_URL: "redis://h" });
  assert.deepEqual(fault.lines, [
    "postgres.url: ${DATABASE_URL} is not defined: what the fleet gives follows from this URL, so .env or the environment must (tenfold.yaml:2)",
  ]);
});

test("a variable that not everybody gets is no variable for everybody", async () => {
  const yaml =
    "web: {command: x, env: {SELF: 'http://h:${PORT}'}}\nworkers: {w: y}\nrelease: z\nenv: {A: '${PORT}', B: '${INSTANCE_ID}', C: '${PORT:-0}'}\n";
  const fault = await faultOf(yaml, "");
  assert.equal(fault.code, "TF_ENV_MISSING");
  assert.match(
    fault.lines[0] ?? "",
    /^env\.A: \$\{PORT\} is not there for workers and the release command; refer to it/,
  );
  assert.match(fault.lines[1] ?? "", /^env\.B: \$\{INSTANCE_ID\} is not there for the release command; refer to it/);
  assert.equal(fault.lines.length, 2);
  const { spec } = await projectOf("web: x\nenv: {A: '${PORT}', B: '${INSTANCE_ID}'}\n", "");
  assert.deepEqual(spec.env, { A: "${PORT}", B: "${INSTANCE_ID}" });
});

test("every missing reference is listed with its path and what would define it", async () => {
  const yaml = "web: x\nenv:\n  A: ${STRIPE_KYE} ${DATABASE_URL}\n  B: ${A}\nbalancer:\n  port: ${MY_PORT}\n";
  const fault = await faultOf(yaml, "STRIPE_KEY=1\nX=${NOWHERE}\n");
  assert.equal(fault.code, "TF_ENV_MISSING");
  assert.equal(fault.exit, 2);
  assert.deepEqual(fault.lines, [
    "env.A: ${STRIPE_KYE} is not defined; did you mean ${STRIPE_KEY}? (tenfold.yaml:3)",
    "env.A: ${DATABASE_URL} is there only with postgres in the file (tenfold.yaml:3)",
    "env.B: ${A} is not defined: references lead to .env, the environment and what Tenfold provides, not to other keys of env (tenfold.yaml:4)",
    "balancer.port: ${MY_PORT} is not defined (tenfold.yaml:6)",
    ".env:2: ${NOWHERE} is not defined",
  ]);
  assert.match(fault.hint ?? "", /into \.env, export .*:-value\}/);
});

test("a single missing reference is named in the first line", async () => {
  const fault = await faultOf("web: x\n", "A=1\nURL=http://${HOSTNAME_OF_API}/\n");
  assert.equal(fault.message, "nothing defines ${HOSTNAME_OF_API}");
  assert.deepEqual(fault.lines, [".env:2: ${HOSTNAME_OF_API} is not defined"]);
});

test("text that starts like a reference and is none is a problem with its place", async () => {
  const inFile = await faultOf("web: x\nenv: {A: '${foo.bar}'}\n", "");
  assert.match(
    inFile.lines[0] ?? "",
    /^env\.A: \$\{foo\.bar\} is no reference; write .* or \$\$\{foo\.bar\} for the text itself/,
  );
  const inEnv = await faultOf("web: x\n", "A=${foo.bar}\nB=${A:?x}\n");
  assert.equal(inEnv.code, "TF_ENV_FILE");
  assert.equal(inEnv.lines.length, 2);
});

test("variables of .env may refer to each other in any order, and not to themselves", async () => {
  assert.deepEqual((await projectOf("web: x\n", "A=${B}1\nB=${C}2\nC=3\n")).environment, { A: "321", B: "32", C: "3" });
  const fault = await faultOf("web: x\n", "A=${B}\nB=x${A}\n");
  assert.equal(fault.code, "TF_ENV_FILE");
  assert.deepEqual(fault.lines, [".env:1: A refers to itself: A → B → A"]);
});

test("references that multiply are stopped", async () => {
  const bomb = Array.from({ length: 60 }, (_, at) => `A${at}=\${A${at + 1}}\${A${at + 1}}`).join("\n");
  assert.ok((await faultOf("web: x\n", `${bomb}\nA60=x\n`)) instanceof Fault);
});

test("lines of .env that are not understood are a fault of their own", async () => {
  const fault = await faultOf("web: x\n", "A=1\nFOO\nB='x\n");
  assert.equal(fault.code, "TF_ENV_FILE");
  assert.deepEqual(fault.lines, [
    ".env:2: FOO has no value; write FOO=value",
    ".env:3: B starts with ', which is never closed",
  ]);
});

test("a directory called .env, as Python's virtual environments are, is passed over", async () => {
  await using project = await temporaryProject({ "tenfold.yaml": "web: x", ".env/bin/python": "" });
  const { notes } = await loadProject({ directory: project.directory, processEnv: {} });
  assert.ok(notes.includes(".env is a directory and is not read."));
});

test("a command that is a list is told that no shell expands its variables", async () => {
  const { notes } = await projectOf("web: [node, server.js, --port, $PORT]\n", "");
  assert.ok(notes.includes("web[3]: $PORT stays as it is, since no shell reads a command that is a list."));
});
