import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Instance, migrateDatabase } from "./testing/application.ts";
import { eventually } from "./testing/eventually.ts";
import type { Postgres } from "./testing/postgres.ts";
import { Services } from "./testing/services.ts";

const SESSION = { tutor: "Ada", student: "Bo", subject: "Algebra", minutes: 45, rating: 5 };

const stack = new AsyncDisposableStack();
let services: Services;
let replica: Postgres;
let web1: Instance;
let web2: Instance;

before(async () => {
  services = stack.use(await Services.start());
  replica = await services.addReplica();
  await migrateDatabase(services.env);
  web1 = stack.use(await Instance.start("web-1", { ...services.env, RELEASE: "3" }));
  web2 = stack.use(await Instance.start("web-2", services.env));
});
after(async () => await stack.disposeAsync());

async function errorOf(response: Response): Promise<Record<string, unknown>> {
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  return error;
}

test("the health says what works, which version this is, and which instance", async () => {
  const expected = { status: "ok", database: "ok", redis: "ok", version: "1.0.0+3", instance_id: "web-1" };
  assert.deepEqual(await web1.get("/health"), expected);
  assert.deepEqual(await web1.get("/api/health"), expected);
});

test("a session that is recorded on one instance is read from the replica on the other", async () => {
  const response = await web1.post("/api/sessions", { ...SESSION, student: "Zoë" });
  assert.equal(response.status, 201);
  const { instance_id, ...session } = (await response.json()) as Record<string, unknown>;
  assert.equal(instance_id, "web-1");
  const answer = await eventually("the replica has it", 5_000, async () => {
    const found = await web2.get("/api/sessions?limit=1");
    return (found.sessions as { id: number }[])[0]?.id === session.id ? found : undefined;
  });
  assert.deepEqual(answer, { sessions: [session], source: "replica-1", instance_id: "web-2" });
});

test("metrics come from the replica itself: one that stands still does not know the latest session", async () => {
  const sessionsOf = async (tutor: string) => {
    const { tutors, source } = await web1.get("/api/metrics");
    assert.equal(source, "replica-1");
    return (tutors as { tutor: string; sessions: number }[]).find((row) => row.tutor === tutor)?.sessions;
  };
  await replica.query("SELECT pg_wal_replay_pause()");
  await eventually("replay is paused", 5_000, async () => {
    const [row] = await replica.query("SELECT pg_get_wal_replay_pause_state() AS state");
    return row?.state === "paused";
  });
  assert.equal((await web1.post("/api/sessions", { ...SESSION, tutor: "Newcomer" })).status, 201);
  assert.equal(await sessionsOf("Newcomer"), undefined);
  await replica.query("SELECT pg_wal_replay_resume()");
  await eventually("the replica catches up", 5_000, async () => (await sessionsOf("Newcomer")) === 1);
});

test("a request that is sent again with its key, to another instance, is recorded once", async () => {
  const headers = { "idempotency-key": "a-key-of-the-client" };
  const first = await web1.post("/api/sessions", SESSION, headers);
  const second = await web2.post("/api/sessions", SESSION, headers);
  assert.deepEqual([first.status, second.status], [201, 201]);
  assert.equal(first.headers.get("idempotency-replayed"), null);
  assert.equal(second.headers.get("idempotency-replayed"), "true");
  const ids = [await first.json(), await second.json()].map((body) => (body as { id: number }).id);
  assert.equal(ids[0], ids[1]);

  const other = await web2.post("/api/sessions", { ...SESSION, minutes: 90 }, headers);
  assert.equal(other.status, 422);
  assert.equal((await errorOf(other)).code, "key_reused");
  assert.equal((await web1.post("/api/sessions", SESSION, { "idempotency-key": "two words" })).status, 400);
});

test("two hundred sessions at once get ids of their own, through a pool of ten", async () => {
  const posts = Array.from({ length: 200 }, (_, n) => (n % 2 ? web1 : web2).post("/api/sessions", SESSION));
  const bodies = await Promise.all((await Promise.all(posts)).map((response) => response.json()));
  assert.equal(new Set(bodies.map((body) => (body as { id: number }).id)).size, 200);
});

test("what is wrong with a session is told all at once", async () => {
  const response = await web1.post("/api/sessions", { tutor: "", minutes: 0 });
  assert.equal(response.status, 400);
  const { code, problems } = await errorOf(response);
  assert.equal(code, "invalid_session");
  const paths = (problems as { path: string }[]).map(({ path }) => path);
  assert.deepEqual(paths, ["tutor", "student", "subject", "minutes", "rating"]);
});

test("requests that make no sense are refused, each with the right status", async () => {
  const json = { "content-type": "application/json" };
  const cases: readonly (readonly [number, string, RequestInit])[] = [
    [404, "/api/nothing", {}],
    [405, "/api/metrics", { method: "POST" }],
    [405, "/api/sessions", { method: "DELETE" }],
    [400, "/api/sessions?limit=0", {}],
    [400, "/api/sessions?limit=all", {}],
    [400, "/api/metrics/daily?days=1e9", {}],
    [415, "/api/sessions", { method: "POST", body: "tutor=Ada" }],
    [400, "/api/sessions", { method: "POST", headers: json, body: "{" }],
    [400, "/api/sessions", { method: "POST", headers: json, body: new Uint8Array([0x22, 0xff, 0x22]) }],
    [413, "/api/sessions", { method: "POST", headers: json, body: JSON.stringify("x".repeat(70_000)) }],
  ];
  for (const [status, path, init] of cases) {
    const response = await web1.fetch(path, init);
    assert.equal(response.status, status, `${init.method ?? "GET"} ${path}`);
    const { code, message, request_id } = await errorOf(response);
    assert.ok(typeof code === "string" && typeof message === "string" && request_id !== undefined);
  }
  assert.equal((await web1.fetch("/api/metrics", { method: "POST" })).headers.get("allow"), "GET, HEAD");
});

test("a body that says nothing of its length is stopped all the same", async () => {
  const body = ReadableStream.from(Array.from({ length: 100 }, () => new Uint8Array(16_384)));
  const headers = { "content-type": "application/json" };
  const init: RequestInit & { duplex: "half" } = { method: "POST", headers, body, duplex: "half" };
  const response = await fetch(web1.url("/api/sessions"), init);
  assert.equal(response.status, 413);
  assert.equal((await errorOf(response)).code, "too_large");
});

test("a request's id goes through, and what is no id is replaced", async () => {
  const idFor = async (given: string) => {
    const response = await web1.fetch("/api/nothing", { headers: { "x-request-id": given } });
    assert.equal((await errorOf(response)).request_id, response.headers.get("x-request-id"));
    return response.headers.get("x-request-id");
  };
  assert.equal(await idFor("7F000001:CAFE_42"), "7F000001:CAFE_42");
  assert.match((await idFor("<script>")) ?? "", /^[\da-f-]{36}$/);
  await eventually("the log has it", 2_000, () => {
    return web1.child.events.some(({ request_id }) => request_id === "7F000001:CAFE_42");
  });
});

test("a visitor is counted on whichever instance answers", async () => {
  const first = await web1.fetch("/api/visits");
  const setCookie = first.headers.get("set-cookie") ?? "";
  assert.match(setCookie, /^tutormax_visitor=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
  assert.deepEqual(await first.json(), { visits: 1, instance_id: "web-1" });
  const cookie = `theme=dark; ${setCookie.split(";")[0]}; other=1`;
  const seen = [];
  for (const instance of [web2, web1, web2]) {
    seen.push(await (await instance.fetch("/api/visits", { headers: { cookie } })).json());
  }
  assert.deepEqual(seen, [
    { visits: 2, instance_id: "web-2" },
    { visits: 3, instance_id: "web-1" },
    { visits: 4, instance_id: "web-2" },
  ]);
});

test("a bug shows its request's id to the visitor, and the rest to the log alone", async () => {
  await services.primary.query("ALTER TABLE sessions RENAME TO away");
  try {
    const response = await web1.post("/api/sessions", SESSION, { "x-request-id": "the-bug" });
    assert.equal(response.status, 500);
    const text = await response.text();
    assert.match(text, /"request_id":"the-bug"/);
    assert.doesNotMatch(text, /relation|sessions|at |\.ts/);
    const logged = await eventually("it is logged", 2_000, () => {
      return web1.child.events.find(({ event, request_id }) => event === "request failed" && request_id === "the-bug");
    });
    assert.match(String(logged.error), /relation "sessions" does not exist/);
  } finally {
    await services.primary.query("ALTER TABLE away RENAME TO sessions");
  }
});

test("every line that an instance writes is JSON", () => {
  const lines = web1.child.output.trimEnd().split("\n");
  assert.equal(lines.length, web1.child.events.length);
});
