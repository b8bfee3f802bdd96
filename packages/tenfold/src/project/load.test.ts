import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { Fault } from "../fault/fault.ts";
import { loadProject, type Project, type ProjectOptions } from "./load.ts";
import { temporaryProject } from "./temporary-project.fixture.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A project of these files, in a directory called `my shop`. */
async function projectOf(files: Files, options: Partial<ProjectOptions> = {}): Promise<Project> {
  await using project = await temporaryProject(files);
  return await loadProject({ directory: project.directory, processEnv: {}, ...options });
}

/** The fault that loading these files must raise. */
async function faultOf(files: Files, options: Partial<ProjectOptions> = {}): Promise<Fault> {
  try {
    await projectOf(files, options);
  } catch (thrown) {
    assert.ok(thrown instanceof Fault, thrown instanceof Error ? String(thrown.stack) : String(thrown));
    return thrown;
  }
  throw new assert.AssertionError({ message: "no fault" });
}

test("a minimal YAML file becomes a project named after its directory, with a space in its path", async () => {
  await using files = await temporaryProject({ "tenfold.yaml": "web: node server.js\n" });
  const project = await loadProject({ directory: files.directory, processEnv: {} });
  assert.equal(project.directory, files.directory);
  assert.equal(project.file, join(files.directory, "tenfold.yaml"));
  assert.equal(project.overlay, null);
  assert.equal(project.spec.name, "my-shop");
  assert.deepEqual(project.environment, {});
  assert.deepEqual(project.notes, ["The fleet's name is my-shop, from the directory's."]);
});

test("files are preferred in their order, and what is not read is said", async () => {
  const all = {
    "tenfold.config.mjs": "export default { web: 'program' }",
    "tenfold.yaml": "web: yaml",
    "tenfold.yml": "web: yml",
    "tenfold.json": '{"web": "json"}',
    Procfile: "web: procfile",
  };
  const names = Object.keys(all);
  for (const [at, expected] of ["program", "yaml", "yml", "json", "procfile"].entries()) {
    const present = Object.fromEntries(Object.entries(all).slice(at));
    const { spec, notes } = await projectOf(present);
    assert.equal(spec.web.command, expected);
    const note = `${names[at]} is read, and ${names.slice(at + 1).join(", ")} ${at < 3 ? "are" : "is"} not: `;
    assert.equal(
      notes.some((one) => one.startsWith(note)),
      at < 4,
      notes.join(),
    );
  }
});

test("no file at all is a fault that tells what to do", async () => {
  const none = await faultOf({ "server.js": "" });
  assert.equal(none.code, "TF_SPEC_NOT_FOUND");
  assert.match(none.hint ?? "", /tenfold init.*--command/);
  const near = await faultOf({ "tenfold.yalm": "" });
  assert.match(near.hint ?? "", /^tenfold\.yalm looks like one: rename it to tenfold\.yaml/);
  const directory = await faultOf({ "tenfold/README.md": "" });
  assert.match(directory.hint ?? "", /^run tenfold init/);
});

test("a file in a directory above is mentioned", async () => {
  await using files = await temporaryProject({ "tenfold.yaml": "web: x", "src/deep/a.txt": "" });
  const directory = join(files.directory, "src/deep");
  await assert.rejects(loadProject({ directory, processEnv: {} }), (thrown) => {
    assert.ok(thrown instanceof Fault);
    assert.ok(thrown.hint?.includes(`use -C ${JSON.stringify(files.directory)}`), thrown.hint);
    return true;
  });
});

test("--command needs no file and reads none", async () => {
  const { spec, file, notes } = await projectOf(
    { "tenfold.yaml": "web: other" },
    { command: "uvicorn app:app --port $PORT" },
  );
  assert.equal(spec.web.command, "uvicorn app:app --port $PORT");
  assert.equal(file, null);
  assert.ok(notes.some((note) => note.includes("--command")));
  assert.equal((await faultOf({}, { command: " " })).code, "TF_ARGUMENT");
  assert.equal((await faultOf({}, { command: "x", file: "y.yaml" })).code, "TF_ARGUMENT");
});

test("-f names a file of any supported kind, anywhere", async () => {
  const files = { "deploy dir/a.yaml": "web: a", "b.json": '{"web": "b"}', "Procfile.dev": "web: c", "x.toml": "" };
  for (const [file, expected] of [
    ["deploy dir/a.yaml", "a"],
    ["b.json", "b"],
    ["Procfile.dev", "c"],
  ] as const)
    assert.equal((await projectOf(files, { file })).spec.web.command, expected);
  assert.equal((await faultOf(files, { file: "none.yaml" })).code, "TF_SPEC_NOT_FOUND");
  assert.equal((await faultOf(files, { file: "a\0.yaml" })).code, "TF_FILE_UNREADABLE");
  assert.match((await faultOf(files, { file: "x.toml" })).hint ?? "", /must end in \.yaml/);
});

test("an overlay lies over the file, with its own .env file", async () => {
  const { spec, overlay, environment } = await projectOf(
    {
      "tenfold.yaml": "web: x\npostgres: {replicas: 1}\nredis: true\nenv: {STAGE: '${STAGE}'}\n",
      "tenfold.production.yaml": "web: {instances: 7}\npostgres: {url: '${DB}'}\nredis: null\n",
      ".env": "STAGE=development\nONLY_HERE=1\n",
      ".env.production": "STAGE=production\nDB=postgres://u:p@h/d\n",
    },
    { envName: "production" },
  );
  assert.match(overlay ?? "", /tenfold\.production\.yaml$/);
  assert.equal(spec.web.command, "x");
  assert.equal(spec.web.instances.max, 7);
  assert.deepEqual(spec.postgres, { kind: "managed", url: "${DB}", readUrls: [] });
  assert.equal(spec.redis, false);
  assert.deepEqual(environment, { DB: "postgres://u:p@h/d", ONLY_HERE: "1", STAGE: "production" });
});

test("an overlay that is missing is a fault that names the file", async () => {
  const files = { "tenfold.yaml": "web: x", "tenfold.production.yaml": "", ".env.staging": "" };
  const missing = await faultOf(files, { envName: "staging" });
  assert.equal(missing.code, "TF_SPEC_NOT_FOUND");
  assert.match(missing.message, /^--env staging needs tenfold\.staging\.yaml, which does not exist$/);
  assert.equal((await faultOf(files, { envName: "prodction" })).hint, "did you mean --env production?");
  for (const envName of ["../x", "", "a b", "a\0"])
    assert.equal((await faultOf(files, { envName })).code, "TF_ARGUMENT", envName);
  assert.ok((await projectOf(files, { envName: "production" })).notes.includes("tenfold.production.yaml is empty."));
});

test("overlays have the name and the place of the file that they lie over, in any format", async () => {
  const files = {
    "sub/my.yaml": "web: x",
    "sub/my.p.json": '{"web": {"instances": 2}}',
    "tenfold.config.mjs": "export default { web: 'x' }",
    "tenfold.p.config.mjs": "export default { web: { instances: 4 } }",
  };
  assert.equal((await projectOf(files, { file: "sub/my.yaml", envName: "p" })).spec.web.instances.max, 2);
  assert.equal((await projectOf(files, { envName: "p" })).spec.web.instances.max, 4);
});

test("problems are reported at once, with the file and the line, in the order of the file", async () => {
  const fault = await faultOf(
    {
      "tenfold.yaml":
        "web:\n  command: x\n  instances:\n    min: 5\n    max: 6\n  helth: /up\nenv:\n  KEY: ${STRIPE_KYE}\n",
      "tenfold.p.yaml": "web:\n  instances:\n    max: 2\nredis: {sentinels: 2}\n",
      ".env": "STRIPE_KEY=1\nX=${Y}\n",
    },
    { envName: "p" },
  );
  assert.equal(fault.code, "TF_SPEC_INVALID");
  assert.equal(fault.exit, 2);
  assert.equal(fault.message, "tenfold.yaml with tenfold.p.yaml has 5 problems");
  assert.deepEqual(fault.lines, [
    "web.helth: is not a known key; did you mean health? (tenfold.yaml:6)",
    "env.KEY: ${STRIPE_KYE} is not defined; did you mean ${STRIPE_KEY}? (tenfold.yaml:8)",
    "web.instances.max: is 2, below min, which is 5; make max 5 or more, or min 2 or less (tenfold.p.yaml:3)",
    "redis.sentinels: is 2; it must be an odd number of at least 3, so that a majority can decide: make it 3 (tenfold.p.yaml:4)",
    ".env:2: ${Y} is not defined",
  ]);
});

test("files that cannot be read say why", async () => {
  await using files = await temporaryProject();
  const { directory } = files;
  const reasonFor = async (file: string): Promise<string> => {
    const thrown: unknown = await loadProject({ directory, file, processEnv: {} }).catch((one: unknown) => one);
    assert.ok(thrown instanceof Fault, String(thrown));
    assert.equal(thrown.code, "TF_FILE_UNREADABLE");
    return thrown.message;
  };
  await mkdir(join(directory, "dir.yaml"));
  await symlink("loop.yaml", join(directory, "loop.yaml"));
  await promisify(execFile)("mkfifo", [join(directory, "pipe.yaml")]);
  await files.write("utf16.yaml", Buffer.from("\uFEFFweb: x", "utf16le"));
  await files.write("latin1.yaml", Buffer.from("web: x\nname: caf\xe9", "latin1"));
  await files.write("huge.yaml", "#".repeat(300_000));
  assert.equal(await reasonFor("dir.yaml"), "dir.yaml is a directory, not a file");
  assert.equal(await reasonFor("loop.yaml"), "loop.yaml is a symbolic link that leads to itself");
  assert.equal(await reasonFor("pipe.yaml"), "pipe.yaml is not a regular file");
  assert.equal(await reasonFor("utf16.yaml"), "utf16.yaml is UTF-16 text");
  assert.equal(await reasonFor("latin1.yaml"), "latin1.yaml is not UTF-8 text: line 2 holds bytes that are none");
  assert.match(await reasonFor("huge.yaml"), /^huge\.yaml is too large/);
});

test("a file without read permission says so", async () => {
  await using files = await temporaryProject({ "tenfold.yaml": "web: x" });
  await promisify(execFile)("chmod", ["000", join(files.directory, "tenfold.yaml")]);
  await promisify(execFile)("chmod", ["755", join(files.directory, "..")]);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await assert.rejects(loadProject({ directory: files.directory, processEnv: {} }), {
      code: "TF_FILE_UNREADABLE",
      message: "tenfold.yaml cannot be read: permission is missing",
    });
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

test("a byte order mark and Windows line ends change nothing", async () => {
  const { spec } = await projectOf({
    "tenfold.yaml": "\uFEFFweb:\r\n  command: x\r\n  instances: 2\r\n",
    ".env": "\uFEFFA=1\r\n",
  });
  assert.deepEqual(spec.web.instances, { min: 2, max: 2 });
});

test("empty files and files that are no map say what the least is", async () => {
  for (const text of ["", "# nothing\n", "- a\n", "web\n"]) {
    const fault = await faultOf({ "tenfold.yaml": text });
    assert.equal(fault.code, "TF_SPEC_INVALID");
    assert.match(fault.lines[0] ?? "", /^tenfold\.yaml is .*it must be a map with web at least/);
  }
});

test("directories and certificates that the file names must be there", async () => {
  const yaml = "web: {command: x, directory: srv}\nbalancer: {tls: {certificate: cert.pem, key: key.pem}}\n";
  const fault = await faultOf({ "tenfold.yaml": yaml, "cert.pem": "nothing" });
  assert.equal(fault.lines.length, 3);
  assert.match(fault.lines[0] ?? "", /^web\.directory: is "srv", which does not exist in .*\(tenfold\.yaml:1\)$/);
  assert.match(fault.lines[1] ?? "", /certificate: is "cert.pem", which is no PEM file with a certificate/);
  assert.match(fault.lines[2] ?? "", /key: is "key.pem", which does not exist/);
});

test("a directory that does not exist is a fault", async () => {
  const fault = await loadProject({ directory: "/nonexistent/shop", processEnv: {} }).catch((one: unknown) => one);
  assert.ok(fault instanceof Fault && fault.code === "TF_ARGUMENT");
  assert.match(fault.message, /\/nonexistent\/shop does not exist/);
});
