import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { Instance } from "./testing/application.ts";

let instance: Instance;
before(async () => {
  instance = await Instance.start("web-2", {});
});
after(async () => await instance[Symbol.asyncDispose]());

function connect(path = "/ws", headers: Readonly<Record<string, string>> = {}): WebSocket {
  return new WebSocket(instance.url(path).replace("http", "ws"), { headers, handshakeTimeout: 5_000 });
}

/** The status with which the server refuses a socket. */
async function refusal(socket: WebSocket): Promise<number | undefined> {
  socket.on("error", () => {});
  const [request, response] = await once(socket, "unexpected-response");
  request.destroy();
  return response.statusCode;
}

test("each message comes back with the name of the instance", async () => {
  const socket = connect();
  await once(socket, "open");
  for (const text of ["hello", '{"a": 1}', "", "🎓"]) {
    socket.send(text);
    const [data] = await once(socket, "message");
    assert.deepEqual(JSON.parse(String(data)), { instance_id: "web-2", echo: text });
  }
  socket.close();
  await once(socket, "close");
});

test("messages come back in their order", async () => {
  const socket = connect();
  await once(socket, "open");
  const echoes: string[] = [];
  const all = new Promise<void>((resolve) => {
    socket.on("message", (data) => {
      echoes.push((JSON.parse(String(data)) as { echo: string }).echo);
      if (echoes.length === 500) resolve();
    });
  });
  const texts = Array.from({ length: 500 }, (_, n) => `message ${n}`);
  for (const text of texts) socket.send(text);
  await all;
  assert.deepEqual(echoes, texts);
  socket.terminate();
});

test("what is no text, or too much of it, closes the socket with the reason", async () => {
  for (const [data, code] of [
    [Buffer.from([1, 2, 3]), 1003],
    ["x".repeat(70_000), 1009],
  ] as const) {
    const socket = connect();
    await once(socket, "open");
    socket.send(data);
    const [closed] = await once(socket, "close");
    assert.equal(closed, code);
  }
});

test("a page of another site gets no socket, and our own does", async () => {
  assert.equal(await refusal(connect("/ws", { origin: "https://evil.example" })), 403);
  assert.equal(await refusal(connect("/ws", { origin: "null" })), 403);
  const own = connect("/ws", { origin: `http://127.0.0.1:${instance.port}` });
  await once(own, "open");
  own.terminate();
});

test("a host that the visitor claims does not make a foreign page our own", async () => {
  const headers = { origin: "https://evil.example", "x-forwarded-host": "evil.example" };
  assert.equal(await refusal(connect("/ws", headers)), 403);
});

test("there is no socket elsewhere", async () => {
  assert.equal(await refusal(connect("/socket")), 404);
});
