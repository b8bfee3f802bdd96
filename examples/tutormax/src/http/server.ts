import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { describeError, errorFields, type Log } from "../log.ts";
import { Unavailable } from "../unavailable.ts";
import { failureReply, HttpFailure } from "./failure.ts";
import { type Reply, send } from "./reply.ts";
import { requestId } from "./request-id.ts";
import { findHandler, type Routes } from "./router.ts";

/** Paths that are asked for every second or two. Nobody wants to read of them. */
const QUIET: ReadonlySet<string> = new Set(["/health", "/api/health"]);

/** Serves routes over HTTP, and closes without cutting a request off. */
export class HttpServer {
  readonly #server: Server;
  readonly #routes: Routes;
  readonly #log: Log;
  readonly #inFlight = new Set<ServerResponse>();
  #draining = false;

  constructor(routes: Routes, log: Log) {
    this.#routes = routes;
    this.#log = log;
    this.#server = createServer({
      // Longer than a balancer keeps an idle connection, so that it is never we who close one that it is about to use.
      keepAliveTimeout: 75_000,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
    });
    this.#server.on("request", (request, response) => void this.#serve(request, response));
  }

  /** Calls back for every request to become a WebSocket. */
  onUpgrade(callback: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void {
    this.#server.on("upgrade", callback);
  }

  /** Resolves with the port, once it is open. Port 0 is any free one. */
  async listen(port: number, host: string): Promise<number> {
    // Many visitors may come at once after a deploy; the default is 511.
    this.#server.listen({ port, host, backlog: 4096 });
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * Takes no more connections, and resolves when every request that is in flight was answered. Connections that are
   * kept alive get `Connection: close` with their last answer; those without a request are closed.
   */
  async close(): Promise<void> {
    this.#draining = true;
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    while (this.#inFlight.size > 0) {
      await Promise.all([...this.#inFlight].map(async (response) => await once(response, "close")));
    }
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const id = requestId(request);
    this.#inFlight.add(response);
    response.on("close", () => {
      this.#inFlight.delete(response);
      this.#logRequest(request, response, { request_id: id, milliseconds: Math.round(performance.now() - started) });
    });
    response.setHeader("X-Request-Id", id);
    const reply = await this.#answer(request, id);
    // The visitor may have left meanwhile.
    if (response.destroyed) return;
    if (this.#draining) response.setHeader("Connection", "close");
    send(response, reply);
  }

  async #answer(request: IncomingMessage, id: string): Promise<Reply> {
    try {
      const url = URL.parse(`http://localhost${request.url ?? "/"}`);
      if (url === null) throw new HttpFailure(400, "bad_url", "The address is not valid.");
      return await findHandler(this.#routes, request.method ?? "GET", url.pathname)({ id, url, request });
    } catch (error) {
      this.#logFailure(error, id);
      return failureReply(error, id);
    }
  }

  #logFailure(error: unknown, id: string): void {
    if (error instanceof HttpFailure) return;
    if (error instanceof Unavailable) {
      const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
      this.#log.warn("request not served", { request_id: id, error: error.message, ...cause });
      return;
    }
    this.#log.error("request failed", { request_id: id, ...errorFields(error) });
  }

  #logRequest(request: IncomingMessage, response: ServerResponse, fields: Readonly<Record<string, unknown>>): void {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (QUIET.has(path)) return;
    const status = response.writableFinished ? response.statusCode : "cut off";
    this.#log.info("request", { method: request.method, path: path.slice(0, 200), status, ...fields });
  }
}
