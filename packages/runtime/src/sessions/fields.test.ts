import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../fault/index.ts";
import { Fields } from "./fields.ts";

const LIMIT = 1_000;

function changes(fields: Fields): Record<string, string | null> {
  return Object.fromEntries(fields.takeChanges(LIMIT));
}

test("what was only read is no change, and what was set is one, once", () => {
  const fields = new Fields(
    new Map([
      ["a", "1"],
      ["list", "[1]"],
    ]),
  );
  assert.equal(fields.get("a"), 1);
  assert.deepEqual(fields.get("list"), [1]);
  assert.deepEqual(changes(fields), {});
  fields.set("b", { c: 1 });
  fields.set("a", undefined);
  assert.deepEqual(changes(fields), { b: '{"c":1}', a: null });
  assert.deepEqual(changes(fields), {});
});

test("an object that was changed in place is a change", () => {
  const fields = new Fields(new Map([["cart", '{"items":[]}']]));
  (fields.get("cart") as { items: string[] }).items.push("book");
  assert.deepEqual(changes(fields), { cart: '{"items":["book"]}' });
  (fields.get("cart") as { items: string[] }).items.push("pen");
  assert.deepEqual(changes(fields), { cart: '{"items":["book","pen"]}' });
});

test("what could not be stored is a change again, but what was set since wins", () => {
  const fields = new Fields();
  fields.set("a", 1);
  fields.set("b", 1);
  const taken = fields.takeChanges(LIMIT);
  fields.set("b", 2);
  fields.putBack(taken);
  assert.deepEqual(changes(fields), { a: "1", b: "2" });
});

test("names that objects have by nature are fields like others", () => {
  const fields = new Fields();
  assert.equal(fields.get("constructor"), undefined);
  fields.set("__proto__", 1);
  assert.deepEqual(fields.names(), ["__proto__"]);
  assert.equal(fields.get("__proto__"), 1);
});

test("more than the limit is refused with what to do", () => {
  const fields = new Fields();
  fields.set("a", "x".repeat(LIMIT));
  assert.throws(
    () => fields.takeChanges(LIMIT),
    (error) => isFault(error, "TF_RT_SESSION_SIZE"),
  );
});
