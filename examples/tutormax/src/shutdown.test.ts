import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { WebSocket } from "ws";
import { Instance } from "./testing/application.ts";
import { Child } from "./testing/child.ts";
import { eventually } from "./testing/eventually.ts";
import { RawRequest } from "./testing/raw-request.ts";

const SESSION = { tutor: "Ada", student: "Bo", subject: "Algebra", minutes: 45, rating: 5 };

async function stop(instance: Instance): Promise<void> {
  instance.child.signal("SIGTERM");
  await eventually("it is stopping", 2_000, () => instance.child.events.some(({ event }) => event === "stopping"));
}

async function openSocket(instance: Instance): Promise<WebSocket> {
  const socket = new WebSocket(instance.url("/ws").replace("http", "ws"));
  await once(socket, "open");
  return socket;
}

test("a request in flight is answered, while new connections are refused", async () => {
  await using instance = await Instance.start("web-1", {});
  const request = await RawRequest.begin(instance.port, "/api/sessions", SESSION);
  await stop(instance);
  const late = connect(instance.port, "127.0.0.1");
  const [error] = await once(late, "error");
  assert.equal(error.code, "ECONNREFUSED");

  request.sendBody();
  const answer = await request.answer();
  assert.match(answer, /HTTP\/1\.1 201 Created\r\n/);
  assert.match(answer, /\r\nConnection: close\r\n/);
  assert.match(answer, /"tutor":"Ada".*\n$/);
  assert.deepEqual(await instance.child.ended, { code: 0, signal: null });
});

test("connections that are kept alive, or that never said anything, do not hold it up", async () => {
  await using instance = await Instance.start("web-1", {});
  const silent = connect(instance.port, "127.0.0.1");
  await once(silent, "connect");
  const idle = connect(instance.port, "127.0.0.1");
  idle.write("GET /health HTTP/1.1\r\nHost: test\r\n\r\n");
  await once(idle, "data");
  const closed = Promise.all([silent, idle].map((socket) => once(socket.resume(), "close")));
  await stop(instance);
  await closed;
  assert.deepEqual(await instance.child.ended, { code: 0, signal: null });
});

test("every WebSocket is told to connect again, one after the other within a second", async () => {
  await using instance = await Instance.start("web-1", {});
  const sockets = await Promise.all(Array.from({ length: 10 }, () => openSocket(instance)));
  const closings = sockets.map(async (socket) => {
    const [code, reason] = await once(socket, "close");
    return { code, reason: String(reason), at: performance.now() };
  });
  // Its client sees no message any more, and does not answer. Nobody waits for it.
  const deaf = await openSocket(instance);
  deaf.pause();

  const started = performance.now();
  await stop(instance);
  const closed = await Promise.all(closings);
  for (const { code, reason } of closed) assert.deepEqual([code, reason], [1012, "service restart"]);
  const times = closed.map(({ at }) => at).sort((a, b) => a - b);
  const spread = (times.at(-1) ?? 0) - (times[0] ?? 0);
  assert.ok(spread > 500, `all within ${spread} ms`);
  assert.deepEqual(await instance.child.ended, { code: 0, signal: null });
  assert.ok(performance.now() - started < 8_000);
  deaf.terminate();
});

test("a second signal ends it at once, whatever is in flight", async () => {
  await using instance = await Instance.start("web-1", {});
  await RawRequest.begin(instance.port, "/api/sessions", SESSION);
  await stop(instance);
  instance.child.signal("SIGTERM");
  assert.deepEqual(await instance.child.ended, { code: 1, signal: null });
  assert.equal(instance.child.events.at(-1)?.event, "forced to exit");
});

/** A process that stops in the given way, and does something else first. */
function fixture(stop: string, first = ""): Child {
  const source = `
    import { logToStandardOutput } from "./src/log.ts";
    import { onShutdown } from "./src/shutdown.ts";
    const log = logToStandardOutput("fixture", "info");
    onShutdown({ log, deadline: 300, stop: ${stop} });
    log.info("ready");
    ${first}
    setInterval(() => {}, 60_000);`;
  const node = [process.execPath, "--input-type=module", "--eval", source] as const;
  return new Child(node, { cwd: `${import.meta.dirname}/..` });
}

async function endOf(stop: string): Promise<readonly [code: number | null, last: unknown]> {
  await using child = fixture(stop);
  await eventually("it is ready", 5_000, () => child.events.some(({ event }) => event === "ready"));
  child.signal("SIGINT");
  const { code } = await child.ended;
  return [code, child.events.at(-1)?.event];
}

test("a stop that works ends with 0, and one that fails or hangs with 1", async () => {
  assert.deepEqual(await endOf("async () => {}"), [0, "stopped"]);
  assert.deepEqual(await endOf("async () => { throw new Error('no') }"), [1, "failed to stop"]);
  assert.deepEqual(await endOf("() => new Promise(() => {})"), [1, "did not stop in time"]);
});

test("an error that nobody caught is logged, and ends the process", async () => {
  await using child = fixture("async () => {}", "Promise.reject(new Error('forgotten'));");
  assert.equal((await child.ended).code, 1);
  const { event, error } = child.events.at(-1) ?? {};
  assert.deepEqual([event, error], ["crashed", "forgotten"]);
});
