import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream";

/** A balancer's TCP front: leads connections to one port, and can lead them to another. */
export class TcpProxy implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #clients: Set<Socket>;
  #target: number;

  private constructor(server: Server, clients: Set<Socket>, target: number) {
    this.#server = server;
    this.#clients = clients;
    this.#target = target;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (client) => this.#lead(client));
  }

  static async start(target: number): Promise<TcpProxy> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new TcpProxy(server, new Set(), target);
  }

  /** From now on to this port; connections to the other one are closed. */
  leadTo(port: number): void {
    this.#target = port;
    this.cut();
  }

  cut(): void {
    for (const client of this.#clients) client.destroy();
  }

  #lead(client: Socket): void {
    this.#clients.add(client);
    client.on("close", () => this.#clients.delete(client));
    const upstream = connect(this.#target, "127.0.0.1");
    pipeline(client, upstream, client, () => {
      client.destroy();
      upstream.destroy();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }
}
