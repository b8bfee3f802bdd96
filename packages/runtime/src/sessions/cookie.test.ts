import assert from "node:assert/strict";
import { test } from "node:test";
import { readCookie, renderCookie } from "./cookie.ts";

test("a cookie is found among others, and no other of a similar name is taken for it", () => {
  assert.equal(readCookie("a=1; __Host-session=xyz; b=2", "__Host-session"), "xyz");
  assert.equal(readCookie("__Host-session=xyz", "__Host-session"), "xyz");
  assert.equal(readCookie("x__Host-session=no;__Host-session=yes", "__Host-session"), "yes");
  assert.equal(readCookie("__Host-session2=no", "__Host-session"), null);
  assert.equal(readCookie("a=__Host-session=no", "__Host-session"), null);
  assert.equal(readCookie("", "s"), null);
  assert.equal(readCookie(";;; ;", "s"), null);
  assert.equal(readCookie(undefined, "s"), null);
  assert.equal(readCookie("s=first; s=second", "s"), "first");
});

test("a cookie is for this host alone, hidden from scripts, and sent over TLS alone", () => {
  assert.equal(
    renderCookie({ name: "session", secure: true, sameSite: "lax" }, "v", 60.9),
    "__Host-session=v; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax",
  );
});

test("without TLS it has neither the prefix nor Secure, and without an age it ends with the browser", () => {
  assert.equal(
    renderCookie({ name: "session", secure: false, sameSite: "strict" }, "v", null),
    "session=v; Path=/; HttpOnly; SameSite=Strict",
  );
});
