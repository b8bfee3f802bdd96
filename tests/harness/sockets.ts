import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";

/**
 * An application as good as one can write it: answers after a few milliseconds, keeps WebSockets open, and on the signal to stop
 * finishes what it has begun, tells its sockets that they should come again (1012), and ends.
 */
export const SOCKET_SERVER = `
import { createHash } from "node:crypto";
import { createServer } from "node:http";
const sockets = new Set();
const server = createServer((request, response) => {
  if (request.url === "/health") return void response.end("ok\\n");
  setTimeout(() => response.end("hello from " + process.pid + "\\n"), 10);
});
server.on("upgrade", (request, socket) => {
  const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n");
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket)).on("error", () => {}).resume();
});
server.listen(Number(process.env.PORT), process.env.HOST);
const stop = () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  for (const socket of sockets) socket.end(Buffer.from([0x88, 2, 0x03, 0xf4]));
};
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
`;

/** How a WebSocket ended: milliseconds after the deploy began, and the code of its closing. */
export interface Closing {
  readonly after: number;
  readonly code: number;
}

/** Opens WebSockets, lets something happen, and gives how each of them ended by it, or within `within` milliseconds after. */
export async function socketsThrough(
  url: string,
  { count, act, within }: { readonly count: number; readonly act: () => Promise<void>; readonly within: number },
): Promise<readonly Closing[]> {
  const sockets = Array.from({ length: count }, () => new WebSocket(url.replace("http", "ws")));
  const closings: Closing[] = [];
  let began = performance.now();
  for (const socket of sockets) {
    socket.on("error", () => {});
    socket.once("close", (code) => closings.push({ after: performance.now() - began, code }));
  }
  await Promise.all(sockets.map((socket) => once(socket, "open")));
  if (closings.length > 0) throw new Error(`${closings.length} WebSockets ended before anything had happened`);
  began = performance.now();
  await act();
  const deadline = performance.now() + within;
  while (closings.length < count && performance.now() < deadline) await sleep(20);
  const ended = [...closings];
  for (const socket of sockets) socket.terminate();
  return ended;
}
