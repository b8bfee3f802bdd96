/**
 * The application that is deployed: answers after a few milliseconds, keeps WebSockets open, and on the signal to stop
 * finishes what it has begun, tells its sockets that they should come again (1012), and ends. As good as one can write it.
 */
export const SERVER = `
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

/** Seconds that a tool is given to let an instance end what it has begun. */
export const DRAIN_SECONDS = 5;

export const INSTANCES = 3;
