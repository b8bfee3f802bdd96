import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Visit {
  readonly port: number;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** One connection for each request when absent. */
  readonly agent?: Agent;
  /** Sends the body in chunks, without saying its length. */
  readonly chunked?: boolean;
}

/** One request, as a client that repeats nothing by itself. */
export function visit(input: Visit): Promise<Reply> {
  const { port, path = "/", method = "GET", headers = {}, body } = input;
  return new Promise((resolve, reject) => {
    const length = body === undefined || input.chunked ? {} : { "Content-Length": Buffer.byteLength(body) };
    const sent = request({
      host: "127.0.0.1",
      port,
      path,
      method,
      headers: { ...length, ...headers },
      agent: input.agent ?? false,
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("latin1"),
        }),
      );
    });
    if (body !== undefined) sent.write(body);
    sent.end();
  });
}

/** What a crowd of visitors with connections that they keep saw. */
export interface Crowd {
  readonly requests: number;
  /** Answers by instance. */
  readonly instances: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
  /** When each instance was last asked, by the visitor's clock when it sent the request. */
  readonly lastSent: ReadonlyMap<string, number>;
}

export interface CrowdOptions {
  readonly port: number;
  readonly visitors: number;
  /** Paths to ask for, in turn. */
  readonly paths: readonly string[];
  /** Milliseconds that a visitor thinks between two requests, at most. */
  readonly think: number;
}

/** Visitors at work. A test that fails disposes of them, so that they do not keep it from ending. */
export interface Visitors extends AsyncDisposable {
  readonly count: () => number;
  stop(): Promise<Crowd>;
}

/** Lets visitors ask one request after the other until `stop`; every answer but 200 is a failure. */
export function crowd(options: CrowdOptions): Visitors {
  const instances = new Map<string, number>();
  const lastSent = new Map<string, number>();
  const failures: string[] = [];
  let requests = 0;
  let stopped = false;
  const agents = Array.from({ length: options.visitors }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const visitor = async (agent: Agent, number: number): Promise<void> => {
    for (let turn = number; !stopped; turn += 1) {
      const path = options.paths[turn % options.paths.length] ?? "/";
      const sentAt = Date.now();
      try {
        const { status, headers } = await visit({ port: options.port, path, agent });
        const instance = String(headers["x-instance"]);
        instances.set(instance, (instances.get(instance) ?? 0) + 1);
        lastSent.set(instance, Math.max(lastSent.get(instance) ?? 0, sentAt));
        if (status !== 200) failures.push(`${path}: status ${status}`);
      } catch (error) {
        failures.push(`${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
      }
      requests += 1;
      if (options.think > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * options.think));
    }
    agent.destroy();
  };
  const all = Promise.all(agents.map(visitor));
  return {
    count: () => requests,
    async stop(): Promise<Crowd> {
      stopped = true;
      await all;
      return { requests, instances, failures, lastSent };
    },
    async [Symbol.asyncDispose](): Promise<void> {
      stopped = true;
      for (const agent of agents) agent.destroy();
      await all;
    },
  };
}

/** A WebSocket's handshake and what follows, as text. */
export class WebSocketVisitor implements AsyncDisposable {
  readonly #socket: Socket;
  received = "";
  closed = false;

  constructor(port: number, headers: readonly string[] = []) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.setEncoding("utf8");
    this.#socket.on("data", (text: string) => {
      this.received += text;
    });
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => {
      this.closed = true;
    });
    const lines = [
      "GET /ws HTTP/1.1",
      "Host: shop.example",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    ];
    this.#socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }
}
