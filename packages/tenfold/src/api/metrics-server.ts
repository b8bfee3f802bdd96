import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Engine } from "../engine/engine.ts";
import { exposition } from "./exposition.ts";

const LOOK_EVERY_MS = 1_000;

/**
 * Answers `GET /metrics` on a port of its own, on loopback: Prometheus cannot ask a socket in the file system. It
 * listens as soon as the fleet has the port, and tells figures only.
 */
export class MetricsServer {
  readonly #engine: Engine;
  readonly #timer: NodeJS.Timeout;
  #server: { readonly port: number; readonly server: Server } | null = null;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#timer = setInterval(() => this.#sync(), LOOK_EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stop();
  }

  #sync(): void {
    const port = this.#engine.metricsPort;
    if (this.#server?.port === port) return;
    this.#stop();
    if (port === null) return;
    const server = createServer((request, response) => void this.#answer(request, response));
    // A port that somebody else has taken meanwhile costs the figures, not the engine.
    server.on("error", () => this.#stop());
    server.listen(port, "127.0.0.1").unref();
    this.#server = { port, server };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const standing = await this.#engine.standing();
    const report = this.#engine.ps();
    if (request.method !== "GET" || request.url !== "/metrics" || report === null || standing === null)
      return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(exposition(report, this.#engine.latestObservation, standing));
  }

  #stop(): void {
    this.#server?.server.close();
    this.#server?.server.closeAllConnections();
    this.#server = null;
  }
}
