import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/** A server of a test, on a free port; all that it was asked is counted before anything else happens. */
export class TestServer implements AsyncDisposable {
  requests = 0;
  connections = 0;
  readonly #server: ReturnType<typeof createServer>;

  constructor(onRequest: RequestListener) {
    this.#server = createServer((request: IncomingMessage, response: ServerResponse) => {
      this.requests += 1;
      onRequest(request, response);
    });
    this.#server.on("connection", () => {
      this.connections += 1;
    });
  }

  listen(): Promise<this> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve(this)));
  }

  /** What happens to those who want to upgrade. */
  onUpgrade(act: (socket: Duplex) => void): void {
    this.#server.on("upgrade", (_, socket) => act(socket));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

export function serve(onRequest: RequestListener): Promise<TestServer> {
  return new TestServer(onRequest).listen();
}
