import assert from "node:assert/strict";
import { test } from "node:test";
import type { CaptureSource } from "../scenario/scenario.ts";
import { atJsonPath, takeCaptures } from "./capture.ts";
import { CookieJar } from "./cookie-jar.ts";

const HEAD = "HTTP/1.1 302 Found\r\nlocation: /next\r\nSet-Cookie: sid=abc; Path=/\r\n";
const BODY = '{"items":[{"id":7,"on":false}],"csrf=qq":1}';

function take(source: CaptureSource): string | undefined {
  const jar = new CookieJar();
  jar.take(HEAD, "/", 0);
  const variables = new Map<string, string>();
  const problem = takeCaptures([{ name: "x", source }], { head: HEAD, body: Buffer.from(BODY) }, jar, variables);
  return problem ?? variables.get("x");
}

test("values are taken from JSON, headers, cookies and by pattern", () => {
  assert.equal(take({ from: "json", path: "items[0].id" }), "7");
  assert.equal(take({ from: "json", path: "$.items.0.on" }), "false");
  assert.equal(take({ from: "json", path: "items" }), '[{"id":7,"on":false}]');
  assert.equal(take({ from: "header", name: "Location" }), "/next");
  assert.equal(take({ from: "cookie", name: "sid" }), "abc");
  assert.equal(take({ from: "pattern", pattern: "csrf=(\\w+)" }), "qq");
});

test("what is not there is told with where it was looked for", () => {
  assert.equal(
    take({ from: "json", path: "items[1].id" }),
    "the answer has nothing at items[1].id in its JSON for ${x}",
  );
  assert.equal(take({ from: "header", name: "ETag" }), "the answer has no header ETag for ${x}");
  assert.equal(
    take({ from: "pattern", pattern: "z(.)" }),
    "the answer has nothing in its body that matches z(.) for ${x}",
  );
});

test("a path does not lead out of the value", () => {
  assert.equal(atJsonPath({}, "constructor.name"), undefined);
  assert.equal(atJsonPath(undefined, "a"), undefined);
});
