import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../fault/fault.ts";
import { Secret } from "../units/secret.ts";
import { escapeReferences, expandReferences, inspectReferences, type Lookup } from "./references.ts";

const KNOWN: ReadonlyMap<string, string | Secret> = new Map<string, string | Secret>([
  ["A", "a"],
  ["EMPTY", ""],
  ["REFERENCE", "${A}"],
  ["PASSWORD", new Secret("hunter2")],
  ["NO_PASSWORD", new Secret("")],
]);

const lookup: Lookup = (name) => KNOWN.get(name);

function shown(text: string): string {
  return String(expandReferences(text, lookup));
}

test("a reference is replaced by its value, a fallback stands in for what is absent or empty", () => {
  assert.equal(shown("x${A}y${A}"), "xaya");
  assert.equal(shown("${EMPTY}"), "");
  assert.equal(shown("${EMPTY:-b}${NOPE:-c}${A:-d}"), "bca");
  assert.equal(shown("${NOPE:-}"), "");
  assert.equal(shown("${NOPE:-${ALSO_NOPE:-${A}}!}"), "a!");
  assert.equal(shown("${NO_PASSWORD:-b}"), "b");
});

test("values are taken as they are: references in them are not followed", () => {
  assert.equal(shown("${REFERENCE}"), "${A}");
});

test("$${ is a plain ${, and any other $ is itself", () => {
  assert.equal(shown("$${A} $A $$ $ $1 $$$${A}"), "${A} $A $$ $ $1 $$${A}");
  assert.equal(shown("${NOPE:-$${A}}"), "${A}");
  for (const text of ["${A}", "$${A}", "$$${A}", "${", "a$", "${A:-${B}}"])
    assert.equal(shown(escapeReferences(text)), text);
});

test("the result is secret when a part of it was", () => {
  const url = expandReferences("postgres://me:${PASSWORD}@h/${A}", lookup);
  assert.ok(url instanceof Secret);
  assert.equal(url.reveal(), "postgres://me:hunter2@h/a");
  assert.equal(typeof expandReferences("${A:-${PASSWORD}}", lookup), "string");
});

test("a reference that nothing defines is a fault that names it", () => {
  assert.throws(
    () => expandReferences("${NOPE} ${A} ${ALSO}", lookup),
    (thrown) =>
      thrown instanceof Fault &&
      thrown.code === "TF_ENV_MISSING" &&
      thrown.message === "nothing defines ${NOPE}, ${ALSO}",
  );
});

test("inspection tells what is used, missing and malformed", () => {
  assert.deepEqual(inspectReferences("${A:-${UNUSED}} ${NOPE} ${foo.bar} ${X:?y} ${}", lookup), {
    used: ["A", "NOPE"],
    missing: ["NOPE"],
    malformed: ["${foo.bar}", "${X:?y}", "${}"],
  });
  assert.deepEqual(inspectReferences("a ${A:-b", lookup).malformed, ["${A:-b"]);
  assert.deepEqual(inspectReferences("${NOPE:-${x y}}", lookup).malformed, ["${x y}"]);
});

test("hostile text takes no longer than other text", () => {
  for (const text of ["${", "${A:-", "${A:-${B:-", "$", "$${", "${A", "${A:-x}"]) {
    const before = performance.now();
    inspectReferences(text.repeat(8_000), () => "a");
    assert.ok(performance.now() - before < 5_000, text);
  }
});

test("references cannot make a value grow without end", () => {
  const long = "x".repeat(100_000);
  assert.throws(
    () => expandReferences("${A}${A}", () => long),
    (thrown) => thrown instanceof Fault,
  );
});
