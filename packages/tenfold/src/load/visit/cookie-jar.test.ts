import assert from "node:assert/strict";
import { test } from "node:test";
import { CookieJar } from "./cookie-jar.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");

function jarWith(...lines: readonly string[]): CookieJar {
  const jar = new CookieJar();
  jar.take(`HTTP/1.1 200 OK\r\n${lines.map((line) => `Set-Cookie: ${line}\r\n`).join("")}`, "/shop/login?x=/y", NOW);
  return jar;
}

test("a cookie is sent back to the directory of who set it, or to the path that it names", () => {
  const jar = jarWith("a=1", "b=2; Path=/", "c=3; path=/admin");
  assert.equal(jar.header("/shop/cart"), "a=1; b=2");
  assert.equal(jar.header("/"), "b=2");
  assert.equal(jar.header("/admin/users?q=1"), "b=2; c=3");
  assert.equal(jar.header("/administrator"), "b=2");
});

test("a newer value replaces the older, and values may hold equals signs", () => {
  const jar = jarWith("a=1; Path=/", "a=x=y==; Path=/; HttpOnly; Secure; SameSite=Lax");
  assert.equal(jar.header("/"), "a=x=y==");
  assert.equal(jar.get("a"), "x=y==");
});

test("a cookie that is expired is deleted, and Max-Age counts more than Expires", () => {
  const past = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";
  assert.equal(jarWith("a=1; Path=/", `a=; Path=/; ${past}`).header("/"), null);
  assert.equal(jarWith("a=1; Path=/", "a=1; Path=/; Max-Age=0").header("/"), null);
  assert.equal(jarWith(`a=1; Path=/; Max-Age=60; ${past}`).header("/"), "a=1");
});

test("what is no cookie is left alone", () => {
  assert.equal(jarWith("", "=x", "novalue").header("/shop/x"), null);
});
