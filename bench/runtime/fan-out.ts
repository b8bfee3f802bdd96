import { setImmediate as nextTurn } from "node:timers/promises";
import WebSocket, { WebSocketServer } from "ws";
import { channelsInstance } from "../../packages/runtime/src/testing/channels-instance.ts";
import { eventually } from "../../packages/runtime/src/testing/eventually.ts";
import { RedisServer } from "../../packages/runtime/src/testing/redis-server.ts";
import { inTurns, measured, type Row } from "./row.ts";

const CLIENTS = 200;
const MESSAGES = 100;
const DATA = { topic: "orders", text: "x".repeat(200) };

/** Clients that count what they get, all in this process. */
async function clients(
  port: number,
  room: string,
): Promise<{ readonly all: WebSocket[]; readonly got: { count: number } }> {
  const got = { count: 0 };
  const all = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, at) => {
      const ws = new WebSocket(`ws://127.0.0.1:${port}/channels?user=u${at}`);
      await new Promise<void>((resolve, reject) => {
        ws.on("error", reject);
        ws.on("open", () => {
          ws.send(JSON.stringify({ t: "join", room }));
          if (room === "") resolve();
        });
        ws.on("message", (data: Buffer) => {
          if (data.includes('"t":"m"')) got.count += 1;
          else if (data.includes('"t":"joined"')) resolve();
        });
      });
      return ws;
    }),
  );
  return { all, got };
}

export const row: Row = {
  name: `Channels: one room, two instances, ${CLIENTS} clients each, Redis; all in one process`,
  async measure(runs) {
    await using redis = await RedisServer.start();
    await using one = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-1" });
    await using two = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-2" });
    const here = await clients(one.port, "room");
    const there = await clients(two.port, "room");
    // What a broadcast costs without Redis, rooms or order, by ws as it is used.
    const plain = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
    await eventually("ws listens", () => plain.address() !== null);
    const local = await clients((plain.address() as { port: number }).port, "");
    const text = JSON.stringify({ t: "m", room: "room", data: DATA });
    const microseconds = async (send: () => unknown, got: readonly { count: number }[]) => {
      for (const one of got) one.count = 0;
      const started = performance.now();
      for (let at = 0; at < MESSAGES; at += 1) await send();
      const due = MESSAGES * CLIENTS * got.length;
      await eventually("all have all", () => got.reduce((sum, { count }) => sum + count, 0) >= due);
      return ((performance.now() - started) * 1_000) / due;
    };
    try {
      const subjects = {
        channels: () => microseconds(() => one.channels.publish("room", DATA), [here.got, there.got]),
        ws: () =>
          microseconds(async () => {
            for (const client of plain.clients) client.send(text);
            // As messages come from Redis: one in a turn.
            await nextTurn();
          }, [local.got]),
      };
      for (const subject of Object.values(subjects)) await subject();
      const times = await inTurns(runs, subjects);
      return [
        measured("a delivery over Redis, in order, resumable", times.channels, "µs", { note: "clients included" }),
        measured("ws.send to each of one process' clients", times.ws, "µs", {
          note: "no Redis, no order, no resuming",
        }),
      ];
    } finally {
      for (const ws of [...here.all, ...there.all, ...local.all]) ws.terminate();
      plain.close();
    }
  },
};
