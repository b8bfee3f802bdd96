import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../fault/fault.ts";
import { readJson } from "./json.ts";
import { readProcfile } from "./procfile.ts";
import type { Source } from "./source.ts";
import { readYaml } from "./yaml.ts";

type Read = (text: string, name: string) => Source;

/** The message and lines of the syntax fault that a text must raise. */
function faultOf(read: Read, text: string): string[] {
  try {
    read(text, "file");
  } catch (thrown) {
    assert.ok(thrown instanceof Fault, String(thrown));
    assert.equal(thrown.code, "TF_SPEC_SYNTAX");
    return [thrown.message, ...thrown.lines];
  }
  throw new assert.AssertionError({ message: `accepted: ${text}` });
}

test("a syntax error in YAML is shown with its line, its column and the line itself", () => {
  assert.deepEqual(faultOf(readYaml, "web:\n  command: echo a: b\n"), [
    'file, line 2, column 12: a key within a value; indent it on a line of its own, or put text with ": " in quotes',
    "  1 | web:",
    "  2 |   command: echo a: b",
    "    |            ^",
  ]);
});

test("frequent mistakes in YAML are said in plain words", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["web: a\nname: b\nweb: c\n", /^file, line 3, column 1: the key web is written twice$/],
    ["web:\n\tcommand: x\n", /^file, line 2, column 1: a tab indents this line; YAML takes spaces only$/],
    ["web: a\n---\nweb: b\n", /^file, line 2, column 1: a second document starts here/],
    ["web: @x\n", /^file, line 1, column 6: a value cannot start with @; put it in quotes$/],
    ["web: *x\n", /^file, line 1, column 6: \*x stands for an anchor &x, which is nowhere above/],
    ["web: 'x\n", /Missing closing 'quote/],
    ["web: !env X\n", /Unresolved tag: !env/],
    ["<<: 3\n", /Merge sources must be maps/],
  ];
  for (const [text, expected] of cases) assert.match(faultOf(readYaml, text)[0] ?? "", expected, text);
});

test("YAML that would take minutes or all memory is refused at once", () => {
  for (const text of [
    "? ".repeat(20_000),
    "[".repeat(100_000),
    "- ".repeat(20_000),
    "{a: ".repeat(20_000),
    "a: ".repeat(9_999),
  ]) {
    const before = performance.now();
    assert.match(faultOf(readYaml, text)[0] ?? "", /has more than 40 levels/);
    assert.ok(performance.now() - before < 5_000, text.slice(0, 10));
  }
  const nested = Array.from({ length: 300 }, (_, level) => `${" ".repeat(level)}a:`).join("\n");
  assert.match(faultOf(readYaml, nested)[0] ?? "", /has more than 40 levels/);
  const keys = Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`).join("\n");
  assert.match(faultOf(readYaml, keys)[0] ?? "", /holds more than 30000 words and signs/);
});

test("aliases that amount to too much are found when they are followed", () => {
  const levels = Array.from(
    { length: 9 },
    (_, at) => `a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(",")}]`,
  );
  const { findings } = readYaml(`a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${levels.join("\n")}\n`, "file");
  assert.match(findings[0]?.message ?? "", /holds more than 20000 values/);
  assert.match(readYaml("web: &a {x: *a}", "file").findings[0]?.message ?? "", /contains itself/);
});

test("a block with many items on one level is no deep nesting", () => {
  const map = `{${Array.from({ length: 60 }, (_, at) => `K${at}: "${at}"`).join(", ")}}`;
  assert.equal(Object.keys(Object(readYaml(`env: ${map} # c\nweb: x\n`, "file").value).env).length, 60);
  const lines = Array.from({ length: 100 }, (_, at) => `  K${at}: "[[[[ {{{{ - - -"`).join("\n");
  assert.equal(Object.keys(Object(readYaml(`env:\n${lines}\n`, "file").value).env).length, 100);
});

test("anchors, merge keys and every kind of line end are read", () => {
  const { value } = readYaml("x-a: &a {command: x}\r\nweb:\r\n  <<: *a\r\n  instances: 2\r\n", "file");
  assert.deepEqual(Object(value).web, { command: "x", instances: 2 });
});

test("places are found by path, through aliases too", () => {
  const source = readYaml(
    "x-a: &a\n  command: x\nweb: *a\nworkers:\n  a:\n    command: [p, q]\nenv: {ZIP: 007, OK: True}\n",
    "file",
  );
  assert.deepEqual(source.locate(["web"]), { line: 3, column: 1 });
  assert.deepEqual(source.locate(["web", "command"]), { line: 2, column: 3 });
  assert.deepEqual(source.locate(["workers", "a", "command", 1]), { line: 6, column: 18 });
  assert.equal(source.locate(["workers", "b"]), undefined);
  assert.equal(source.locate(["web", "command", "x"]), undefined);
  assert.equal(source.written(["env", "ZIP"]), "007");
  assert.equal(source.written(["env", "OK"]), "True");
  assert.equal(source.written(["env"]), undefined);
});

test("an empty file holds nothing", () => {
  for (const text of ["", "\n", "# only a comment\n", "---\n"]) assert.equal(readYaml(text, "file").value, null);
  assert.equal(readJson("  \n", "file").value, null);
  assert.equal(readProcfile("# nothing\n\n", "file").value, null);
});

test("a syntax error in JSON is shown with its line, its column and the line itself", () => {
  assert.deepEqual(faultOf(readJson, '{\n  "web": "x",,\n}'), [
    "file, line 2, column 14: expected double-quoted property name",
    "  1 | {",
    '  2 |   "web": "x",,',
    "    |              ^",
  ]);
  assert.match(faultOf(readJson, '{"web": ')[0] ?? "", /^file, line 1, column 9: unexpected end of JSON input$/);
  assert.match(
    faultOf(readJson, '{\n// c\n"web": 1}')[0] ?? "",
    /^file, line 2, column 1: JSON has no comments; tenfold.yaml has$/,
  );
  assert.match(
    faultOf(readJson, '{"web": "x",\n\t"web": "y"}')[0] ?? "",
    /^file, line 2, column 2: the key "web" is written twice$/,
  );
});

test("JSON keeps what JSON means, and its places", () => {
  const source = readJson(
    '{\n\t"web": {"command": "x", "instances": 1e1},\n\t"env": {"A": "~", "B": "yes"}\n}',
    "file",
  );
  assert.deepEqual(source.value, { web: { command: "x", instances: 10 }, env: { A: "~", B: "yes" } });
  assert.deepEqual(source.locate(["web", "instances"]), { line: 2, column: 26 });
});

test("a Procfile's process types find their places", () => {
  const text =
    "# c\r\nweb: gunicorn app --bind 0.0.0.0:$PORT\r\nworker: celery worker\r\nbeat: celery beat\r\nrelease: ./migrate\r\nVideo_Encoder: ffmpeg : x\r\n";
  const source = readProcfile(text, "Procfile");
  assert.deepEqual(source.value, {
    web: "gunicorn app --bind 0.0.0.0:$PORT",
    scheduler: "celery beat",
    release: "./migrate",
    workers: { worker: "celery worker", "video-encoder": "ffmpeg : x" },
  });
  assert.deepEqual(source.locate(["workers", "video-encoder"]), { line: 6, column: 1 });
  assert.deepEqual(source.notes, [
    "Procfile: beat is the scheduler, of which exactly one runs.",
    "Procfile: Video_Encoder is the worker video-encoder.",
  ]);
});

test("of two schedulers the second is a worker, and of two workers with one name neither wins silently", () => {
  const source = readProcfile("web: x\nclock: a\nbeat: b\nMAIL: c\nmail: d\n", "Procfile");
  assert.deepEqual(Object.keys(Object(Object(source.value).workers)), ["beat", "mail"]);
  assert.match(source.findings[0]?.message ?? "", /is what mail becomes, and another line too/);
});

test("lines of a Procfile that are no process are shown", () => {
  const [message, ...lines] = faultOf(readProcfile, "web gunicorn\nworker:\nweb: x\nweb: y\n");
  assert.equal(message, "file, line 1, column 1: is no process; write name: command");
  assert.ok(lines.includes("file:2:1: worker has no command"));
  assert.ok(lines.includes("file:4:1: web is written twice, first on line 3"));
});
