import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../fault/index.ts";
import { keyOf } from "./key.ts";

test("the same content has the same key, whatever the order of its properties", () => {
  assert.equal(keyOf("f:", [{ a: 1, b: [2, { c: 3, d: 4 }] }]), keyOf("f:", [{ b: [2, { d: 4, c: 3 }], a: 1 }]));
  assert.equal(keyOf("f:", [{ a: 1, b: undefined }]), keyOf("f:", [{ a: 1 }]));
});

test("no two different calls share a key", () => {
  const calls: unknown[][] = [
    [],
    ["1"],
    [1],
    [true],
    ["true"],
    [null],
    [undefined],
    ["null"],
    [1n],
    ["1n"],
    [[1]],
    [[]],
    [{}],
    ["a", "b"],
    ["a,b"],
    [["a", "b"]],
    ['a","b'],
    [{ a: 1 }],
    [{ a: "1" }],
    [{ "a:1": 1 }],
    [new Date(0)],
    [0],
    ["date(0)"],
    [Buffer.from("a")],
    ["a".repeat(500)],
    ["a".repeat(501)],
    [NaN],
    ["["],
    [1, undefined],
  ];
  const keys = calls.map((args) => keyOf("f:", args));
  assert.equal(new Set(keys).size, calls.length);
  assert.ok(keys.every((key) => key.length < 200));
});

test("what has no content of its own is refused", () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  for (const bad of [() => 1, Symbol("a"), new Map(), new (class Thing {})(), cycle]) {
    assert.throws(
      () => keyOf("f:", [bad]),
      (error) => isFault(error, "TF_RT_CACHE_KEY"),
    );
  }
});
