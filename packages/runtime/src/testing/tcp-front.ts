import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream";

/** A balancer's TCP front: leads connections to one port, and can lead them to another. */
export class TcpFront implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #target: number;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (client) => this.#lead(client));
  }

  static async start(target: number): Promise<TcpFront> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new TcpFront(server, target);
  }

  /** New connections from now on; those that are open stay where they are. */
  leadTo(port: number): void {
    this.#target = port;
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
