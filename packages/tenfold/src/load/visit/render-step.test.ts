import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plain } from "../../spec/plain.ts";
import { journeysOf } from "../testing/plan.ts";
import { renderPath, renderRequest } from "./render-step.ts";

/** The body of a step for somebody whose variables these are. */
function bodyOf(step: Plain, variables: Readonly<Record<string, string>> = {}): string | null {
  const [first] = journeysOf({ steps: [step] })[0]?.steps ?? [];
  assert.ok(first?.kind === "http");
  return renderRequest(
    first,
    (name) => variables[name],
    () => null,
  ).body;
}

test("the fields of a form are encoded when it is known what their references stand for", () => {
  const form = { "a b": "c&d", password: "${SECRET:-de mo}", text: "$${x}", "${visitor}": "me+${visitor}@x" };
  assert.equal(
    bodyOf({ path: "/", form }, { visitor: "7" }),
    "a%20b=c%26d&password=de%20mo&text=%24%7Bx%7D&7=me%2B7%40x",
  );
  assert.equal(
    bodyOf({ path: "/", form: { password: "${SECRET:-demo}" } }, { SECRET: "a&b=${c}" }),
    "password=a%26b%3D%24%7Bc%7D",
  );
});

test("what a value holds stays within its text of JSON, also where only a header says that it is JSON", () => {
  const variables = { visitor: 'say "hi"\\' };
  const text = JSON.stringify({ a: variables.visitor });
  assert.equal(bodyOf({ path: "/", json: { a: "${visitor}" } }, variables), text);
  const headers = { "content-type": "application/merge-patch+json; charset=utf-8" };
  assert.equal(bodyOf({ path: "/", body: '{"a":"${visitor}"}', headers }, variables), text);
  assert.equal(bodyOf({ path: "/", body: "${visitor}" }, variables), variables.visitor);
});

test("letters that a path cannot hold are encoded, whole ones and halves of them", () => {
  const path = (word: string): string => renderPath({ path: "/${word}" }, () => word);
  assert.equal(path("é 😀"), "/%C3%A9%20%F0%9F%98%80");
  assert.equal(path("\ud800"), "/%EF%BF%BD");
});
