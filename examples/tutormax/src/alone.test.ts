import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { Instance, startProcess } from "./testing/application.ts";

const SESSION = { tutor: "Ada", student: "Bo", subject: "Algebra", minutes: 45, rating: 5 };

let alone: Instance;
before(async () => {
  alone = await Instance.start("alone", {});
});
after(async () => await alone[Symbol.asyncDispose]());

test("a process without databases serves everything, from its memory", async () => {
  assert.equal((await alone.post("/api/sessions", SESSION)).status, 201);
  const { tutors, source } = await alone.get("/api/metrics");
  assert.deepEqual([(tutors as unknown[]).length, source], [1, "memory"]);
  assert.equal(((await alone.get("/api/metrics/daily")).days as unknown[]).length, 1);
  assert.equal((await alone.get("/api/visits")).visits, 1);
  const { version: _, ...health } = await alone.get("/health");
  assert.deepEqual(health, { status: "ok", database: "disabled", redis: "disabled", instance_id: "alone" });
});

test("the page is one document, which asks no other server for anything", async () => {
  const response = await alone.fetch("/");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
  const html = await response.text();
  assert.doesNotMatch(html, /\/\* (style|script) \*\//);
  assert.doesNotMatch(html, /(src|href)="(?!data:)/);
  assert.doesNotMatch(html, /^(import|export) /m);
});

test("the page's policy lets its own style and script run, and nothing else", async () => {
  const response = await alone.fetch("/");
  const policy = response.headers.get("content-security-policy") ?? "";
  const html = await response.text();
  for (const tag of ["style", "script"]) {
    const [, content] = new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`).exec(html) ?? [];
    const digest = createHash("sha256")
      .update(content ?? "")
      .digest("base64");
    assert.ok(policy.includes(`${tag}-src 'sha256-${digest}'`), tag);
  }
  assert.ok(policy.startsWith("default-src 'none';"));
});

test("a browser that has the page already does not get it again", async () => {
  const etag = (await alone.fetch("/")).headers.get("etag") ?? "";
  const again = await alone.fetch("/", { headers: { "if-none-match": `W/"other", ${etag}` } });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), "");
});

test("HEAD gets what GET gets, without the body", async () => {
  const head = await alone.fetch("/", { method: "HEAD" });
  const get = await alone.fetch("/");
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("content-length"), get.headers.get("content-length"));
  assert.equal(await head.text(), "");
});

test("the visitor's cookie is for TLS only where a balancer that is ours says that TLS is used", async () => {
  const headers = { "x-forwarded-proto": "https" };
  assert.doesNotMatch((await alone.fetch("/api/visits", { headers })).headers.get("set-cookie") ?? "", /Secure/);
  await using behind = await Instance.start("behind", { TRUST_PROXY: "1" });
  assert.match((await behind.fetch("/api/visits", { headers })).headers.get("set-cookie") ?? "", /; Secure$/);
});

test("a port that is taken ends the process, and the log says so", async () => {
  await using child = startProcess("server", { PORT: String(alone.port) });
  assert.equal((await child.ended).code, 1);
  assert.deepEqual(
    child.events.map(({ event, code }) => [event, code]),
    [["crashed", "EADDRINUSE"]],
  );
});

test("a worker and a scheduler without Redis say what they need", async () => {
  for (const [file, message] of [
    ["worker", "tutormax: a worker needs DATABASE_URL and REDIS_URL\n"],
    ["scheduler", "tutormax: the scheduler needs REDIS_URL\n"],
  ] as const) {
    await using child = startProcess(file, {});
    assert.equal((await child.ended).code, 1);
    assert.equal(child.output, message);
  }
});

test("an environment that cannot be used ends the process in one line", async () => {
  await using child = startProcess("server", { PORT: "eighty" });
  assert.equal((await child.ended).code, 1);
  assert.equal(child.output, "tutormax: PORT is no number from 0 to 65535\n");
});
