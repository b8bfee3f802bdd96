import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";
import type { HttpServer } from "./http/server.ts";

export interface EchoOptions {
  readonly instanceId: string;
  readonly trustProxy: boolean;
}

const PATH = "/ws";
/** Bytes of one message, and of answers that a client has not fetched yet. */
const MESSAGE_LIMIT = 64 * 1024;
const BACKLOG_LIMIT = 1024 * 1024;
/** Milliseconds between two pings. A client that did not answer the last one is gone. */
const HEARTBEAT = 20_000;
/** Milliseconds over which the closing of all sockets is spread, so that their clients do not all come back at once. */
const SPREAD = 1_000;
/** Milliseconds that a client has to answer the closing of its socket. */
const FAREWELL = 1_000;
const SERVICE_RESTART = 1012;

/** Answers every text message on `/ws` with the same text and the name of this instance. */
export class Echo {
  readonly #options: EchoOptions;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_LIMIT, perMessageDeflate: false });
  readonly #answeredPing = new WeakSet<WebSocket>();
  readonly #heartbeat: NodeJS.Timeout;
  #draining = false;

  constructor(http: HttpServer, options: EchoOptions) {
    this.#options = options;
    http.onUpgrade((request, socket, head) => {
      const refused = this.#refusal(request);
      if (refused === null) {
        this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket));
        return;
      }
      socket.on("error", () => {});
      socket.end(`HTTP/1.1 ${refused}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT).unref();
  }

  /** Tells each client to connect again, one after the other, and resolves when all are gone. */
  async close(): Promise<void> {
    this.#draining = true;
    clearInterval(this.#heartbeat);
    const sockets = [...this.#server.clients];
    await Promise.all(sockets.map((socket, index) => sayGoodbye(socket, (SPREAD * index) / sockets.length)));
  }

  /** Why the upgrade is refused, or `null`. Browsers let any site open a socket here, so its origin must be ours. */
  #refusal({ headers, url }: IncomingMessage): string | null {
    if (this.#draining) return "503 Service Unavailable";
    if (url?.split("?")[0] !== PATH) return "404 Not Found";
    const forwarded = this.#options.trustProxy ? headers["x-forwarded-host"] : undefined;
    const host = (typeof forwarded === "string" ? forwarded : headers.host)?.toLowerCase();
    const foreign = headers.origin !== undefined && URL.parse(headers.origin)?.host !== host;
    return foreign ? "403 Forbidden" : null;
  }

  #open(socket: WebSocket): void {
    this.#answeredPing.add(socket);
    socket.on("pong", () => this.#answeredPing.add(socket));
    // A message that is too large or malformed; ws has closed the socket with the right code already.
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => {
      if (isBinary) {
        socket.close(1003, "text only");
        return;
      }
      socket.send(JSON.stringify({ instance_id: this.#options.instanceId, echo: data.toString() }));
      if (socket.bufferedAmount > BACKLOG_LIMIT) socket.terminate();
    });
  }

  #beat(): void {
    for (const socket of this.#server.clients) {
      if (!this.#answeredPing.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }
}

async function sayGoodbye(socket: WebSocket, after: number): Promise<void> {
  await sleep(after);
  if (socket.readyState === socket.CLOSED) return;
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.close(SERVICE_RESTART, "service restart");
  const late = setTimeout(() => socket.terminate(), FAREWELL);
  await closed;
  clearTimeout(late);
}
