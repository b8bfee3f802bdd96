import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { toYaml } from "./yaml.ts";

const WORDS = ["a", "yes", "No", "null", "1", "1.5", "0x1", "1:30", "~", "", " ", "a b", "a: b", "a #b", "- a", "{a}"];
const MORE = [
  "#a",
  "@a",
  "'a",
  '"a"',
  "a\\b",
  "line\nbreak\n",
  "ä→b",
  "a'b",
  "a, b;",
  "/x y",
  "a:",
  "%",
  "!x",
  "&a",
  "*a",
  "a ",
  "$1",
];

test("what is written reads back as itself, to readers of YAML 1.2 and of 1.1", () => {
  const value = {
    text: [...WORDS, ...MORE],
    keys: Object.fromEntries([...WORDS, ...MORE].map((word) => [word, word])),
    numbers: [0, 1.5, -3],
    flags: { yes: true, no: false },
    empty: { list: [], map: {}, inList: [[], {}] },
    nested: [[1, [2]], [{ a: [{ b: "c", d: {} }], e: "f" }], { g: { h: { i: ["j"] } } }],
  };
  for (const version of ["1.1", "1.2"] as const) assert.deepEqual(parse(toYaml(value), { version }), value, version);
});

test("it is to be read by people: plain words are not quoted", () => {
  const value = { groups: [{ name: "a-b", rules: ["x (y)", "1s"], for: { to: "z" } }, "last"] };
  assert.equal(
    toYaml(value),
    'groups:\n  - name: a-b\n    rules:\n      - x (y)\n      - "1s"\n    for:\n      to: z\n  - last\n',
  );
});
