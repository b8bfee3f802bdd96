import { after, before } from "node:test";
import { openContext } from "../../context/index.ts";
import { RedisServer } from "../../testing/redis-server.ts";
import { describeQueues } from "../conformance/index.ts";
import { BullBackend } from "./bullmq-backend.ts";

let server: RedisServer;

before(async () => {
  server = await RedisServer.start();
});

after(async () => {
  await server[Symbol.asyncDispose]();
});

describeQueues("Redis", async () => {
  await server.command("FLUSHALL");
  const context = openContext({ env: server.env, warn: () => {} });
  const open = () => new BullBackend(context, { deadline: 5_000, replicas: 0, abandonedAfter: 30_000 });
  const backend = open();
  return {
    backend,
    another: open,
    [Symbol.asyncDispose]: async () => {
      await backend.close();
      await context.close();
    },
  };
});
