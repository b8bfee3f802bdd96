/**
 * A small application for the tests of the balancers: PORT, INSTANCE_ID, and JOURNAL, a file to which it appends what it
 * was asked before it does anything else.
 */

import { createHash } from "node:crypto";
import { appendFileSync, existsSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

const { PORT = "0", INSTANCE_ID = "", JOURNAL = "" } = process.env;

/** What it answers, as a test tells it: to health checks, and to everything else (0: as it should). */
let healthStatus = 200;
let otherStatus = 0;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(value));
}

function stream(response: ServerResponse, url: URL): void {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  const every = Number(url.searchParams.get("every") ?? 100);
  let count = 0;
  response.write(`data: ${count}\n\n`);
  const timer = setInterval(() => {
    count += 1;
    response.write(`data: ${count}\n\n`);
    if (count === Number(url.searchParams.get("count") ?? 3)) {
      clearInterval(timer);
      response.end();
    }
  }, every);
  response.on("close", () => clearInterval(timer));
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://instance");
  if (url.pathname === "/health") {
    response.statusCode = healthStatus;
    response.end(INSTANCE_ID);
    return;
  }
  if (url.pathname === "/control") {
    healthStatus = Number(url.searchParams.get("health") ?? 200);
    otherStatus = Number(url.searchParams.get("answers") ?? 0);
    response.end("ok");
    return;
  }
  const body = await bodyOf(request);
  appendFileSync(JOURNAL, `${Date.now()} ${INSTANCE_ID} ${request.method} ${request.url}\n`);
  response.setHeader("X-Instance", INSTANCE_ID);
  if (otherStatus !== 0) response.statusCode = otherStatus;
  switch (url.pathname) {
    case "/die":
      if (url.searchParams.get("who")?.split(",").includes(INSTANCE_ID)) process.kill(process.pid, "SIGKILL");
      break;
    case "/slow":
      await new Promise((resolve) => setTimeout(resolve, Number(url.searchParams.get("ms") ?? 500)));
      break;
    case "/held":
      while (!existsSync(`${JOURNAL}.released`)) await new Promise((resolve) => setTimeout(resolve, 20));
      break;
    case "/text":
      response.setHeader("Content-Type", url.searchParams.get("type") ?? "text/plain");
      response.end("tenfold ".repeat(Number(url.searchParams.get("words") ?? 1000)));
      return;
    case "/own-headers":
      response.setHeader("X-Frame-Options", "DENY");
      response.setHeader("Referrer-Policy", "no-referrer");
      break;
    case "/events":
      stream(response, url);
      return;
  }
  json(response, {
    instance: INSTANCE_ID,
    pid: process.pid,
    method: request.method,
    url: request.url,
    headers: request.headers,
    bytes: body.length,
  });
}

/** An echo over a WebSocket's handshake: what is sent comes back, after a greeting with the instance's name. */
function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.write(`hello from ${INSTANCE_ID}\n`);
  socket.write(head);
  socket.on("data", (data) => socket.write(data));
  socket.on("end", () => socket.end());
  socket.on("error", () => socket.destroy());
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    response.destroy();
  });
});
server.on("upgrade", upgrade);
server.listen(Number(PORT), "127.0.0.1");
