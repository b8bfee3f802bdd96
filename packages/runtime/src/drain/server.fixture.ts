// An application that is drained. It writes what happens, a line each. Arguments: milliseconds of grace, `stuck` or not.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { serveHealth } from "../health/index.ts";
import { createRuntime } from "../index.ts";

const [grace = "20000", how = ""] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const app = await createRuntime({
  drain: { propagation: 300, grace: Number(grace) },
  warn: (message) => say(message),
});
let finish = () => {};
const server = createServer(async (request, response) => {
  if (await serveHealth(app.health, request, response)) return;
  if (request.url === "/slow") {
    say("slow began");
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
  }
  if (request.url === "/finish") finish();
  response.end(app.drain.state);
});
app.drain.add("sockets", async () => void say("sockets"));
app.drain.add("workers", async (signal) => {
  say("workers");
  if (how === "failing") throw new Error("a worker failed");
  if (how === "stuck") await new Promise(() => {});
  await sleep(10, undefined, { signal });
});
app.drain.add("stores", async () => {
  say("stores");
  if (how === "stuck") await new Promise(() => {});
});
app.drain.serve(server);
server.listen(0, "127.0.0.1", () => say(`port ${(server.address() as AddressInfo).port}`));
