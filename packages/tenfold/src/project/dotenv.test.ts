import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnv } from "./dotenv.ts";

/** The variables of a file in which nothing is wrong. */
function variablesOf(text: string): Record<string, string> {
  const { entries, problems } = parseEnv(text);
  assert.deepEqual(problems, []);
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}

function problemsOf(text: string): string[] {
  return parseEnv(text).problems.map(({ line, message }) => `${line}: ${message}`);
}

test("plain lines, export, comments and spaces", () => {
  const text = "# comment\n\nA=1\nexport B=two words\n  C = 3 # comment\nD=\nE=a#b\nF=#c\nG= x=y \n";
  assert.deepEqual(variablesOf(text), { A: "1", B: "two words", C: "3", D: "", E: "a#b", F: "", G: "x=y" });
});

test("double quotes have escapes, single quotes have none", () => {
  assert.deepEqual(variablesOf('A="a\\nb\\t\\"c\\" \\\\ \\$ # d" # comment'), { A: 'a\nb\t"c" \\ $ # d' });
  assert.deepEqual(variablesOf("A='a\\nb # \"c\"'"), { A: 'a\\nb # "c"' });
  assert.deepEqual(variablesOf('A="C:\\dir"'), { A: "C:\\dir" });
});

test("references stay in plain and double-quoted values, and mean nothing in single quotes or escaped", () => {
  assert.deepEqual(variablesOf("A=${X}\nB=\"${X} \\${X}\"\nC='${X}'"), { A: "${X}", B: "${X} $${X}", C: "$${X}" });
});

test("quoted values span lines, and lines are still counted right", () => {
  const { entries, problems } = parseEnv("KEY=\"-----BEGIN\nabc\n-----END\"\nB='x\ny'\n\nC=1\n!\n");
  assert.deepEqual(entries, [
    { name: "KEY", value: "-----BEGIN\nabc\n-----END", line: 1 },
    { name: "B", value: "x\ny", line: 4 },
    { name: "C", value: "1", line: 7 },
  ]);
  assert.equal(problems[0]?.line, 8);
});

test("line ends of every system are read", () => {
  for (const end of ["\n", "\r\n", "\r"])
    assert.deepEqual(variablesOf(`A=1${end}B="x${end}y"${end}`), { A: "1", B: "x\ny" });
});

test("every line that is not understood is named, with what would be right", () => {
  assert.deepEqual(problemsOf("A=1\nFOO\n1X=3\nB: 3\n???\nA-B=1\nC='x' y\n__proto__=1\nD=\0\nE=\"x\nF=1"), [
    "2: FOO has no value; write FOO=value",
    '3: "1X" is no name of a variable; it must be letters, digits and _, and not start with a digit',
    "4: has a : where a = must be; write NAME=value",
    "5: is no variable; write NAME=value, or # before a comment",
    '6: "A-B" is no name of a variable; it must be letters, digits and _, and not start with a digit',
    "7: C has more text after its closing '; put all of it in quotes",
    '8: "__proto__" is no name of a variable; it must be letters, digits and _, and not start with a digit',
    "9: D holds a zero byte",
    '10: E starts with ", which is never closed',
  ]);
});

test("hostile text takes no longer than other text", () => {
  for (const text of ['A="', "A='", "A=\\", " ", "#", "=", 'A="\\"', "\n", "A= #"]) {
    const before = performance.now();
    parseEnv(text.repeat(50_000));
    assert.ok(performance.now() - before < 5_000, JSON.stringify(text));
  }
});
