import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** A server of node:http, whatever framework is on it, as the drain sees it. */
export class Served {
  readonly #server: Server;
  readonly #open = new Set<ServerResponse>();
  #leaving = false;
  #closed: Promise<unknown> | undefined;
  #onIdle: () => void = () => {};

  constructor(server: Server) {
    this.#server = server;
    server.prependListener("request", (_: IncomingMessage, response: ServerResponse) => {
      this.#open.add(response);
      if (this.#leaving) response.setHeader("connection", "close");
      response.once("close", () => {
        this.#open.delete(response);
        if (this.#open.size === 0) this.#onIdle();
      });
    });
  }

  /** Requests that are under way. */
  get inFlight(): number {
    return this.#open.size;
  }

  /** Answers from now on end their connection, so that whoever asks next comes by a new one, elsewhere. */
  leave(): void {
    this.#leaving = true;
    for (const response of this.#open) if (!response.headersSent) response.setHeader("connection", "close");
  }

  /** Takes no new connections, and resolves when no request is under way. */
  async finish(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = this.#server.listening ? once(this.#server, "close") : Promise.resolve();
      this.#server.close();
    }
    this.#server.closeIdleConnections();
    if (this.#open.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    this.#server.closeIdleConnections();
  }

  /** Whatever is still open is cut. */
  cut(): void {
    this.#server.closeAllConnections();
  }
}
