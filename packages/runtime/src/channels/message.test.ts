import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import WebSocket, { WebSocketServer } from "ws";
import { reconnectAfter } from "./client/reconnect.ts";
import { textFrame } from "./frame.ts";
import { compareIds, type MessageId, parseFromClient } from "./message.ts";

const id = (text: string) => text as MessageId;

test("ids are compared as numbers", () => {
  assert.ok(compareIds(id("1-2"), id("1-10")) < 0);
  assert.ok(compareIds(id("10-0"), id("9-9")) > 0);
  assert.equal(compareIds(id("5-1"), id("5-1")), 0);
});

test("what is not understood is told apart from what is", () => {
  assert.deepEqual(parseFromClient('{"t":"join","room":"a:b","after":"1-0"}'), {
    t: "join",
    room: "a:b",
    after: "1-0",
  });
  assert.deepEqual(parseFromClient('{"t":"beat"}'), { t: "beat" });
  for (const text of [
    "",
    "null",
    "[]",
    '{"t":"join"}',
    '{"t":"join","room":"a b"}',
    '{"t":"join","room":"a","after":"+"}',
    '{"t":"send","room":"a","n":"1"}',
    '{"t":"x","room":"a"}',
  ]) {
    assert.equal(parseFromClient(text), null, text);
  }
});

test("a frame that is made once is the one that ws would send, whatever its length", async () => {
  const texts = ["", "a", "ü".repeat(63), "b".repeat(125), "c".repeat(126), "d".repeat(65_535), "e".repeat(65_536)];
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (_, request) => {
    for (const text of texts) request.socket.write(textFrame(text));
  });
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  const got = await new Promise<string[]>((resolve, reject) => {
    const all: string[] = [];
    client.on("error", reject);
    client.on("message", (data) => {
      all.push(String(data));
      if (all.length === texts.length) resolve(all);
    });
  });
  assert.deepEqual(got, texts);
  client.terminate();
  server.close();
});

test("clients come back spread over time, soon after a restart, later after each failure, and never where it is in vain", () => {
  assert.equal(reconnectAfter(1012, 0, 0.5), 500);
  assert.equal(reconnectAfter(1006, 0, 1), 500);
  assert.equal(reconnectAfter(1006, 3, 0.5), 2_000);
  assert.equal(reconnectAfter(1012, 5, 1), 16_000);
  assert.equal(reconnectAfter(1006, 60, 1), 30_000);
  assert.equal(reconnectAfter(1008, 0, 1), null);
});

test("the client imports nothing that a browser has not", () => {
  const directory = join(import.meta.dirname, "client");
  const imported = readdirSync(directory).flatMap((name) => {
    return [...readFileSync(join(directory, name), "utf8").matchAll(/from "([^"]+)"/g)].map(([, from]) => from);
  });
  assert.ok(imported.length > 0);
  assert.deepEqual(
    imported.filter((from) => !from?.startsWith("./")),
    [],
  );
});
