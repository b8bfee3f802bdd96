import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { Child } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";

const PASSWORD = "test-password";

/** A real Redis server in a directory of its own, which keeps its data through a crash. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly directory: string;
  readonly password: string = PASSWORD;
  readonly #settings: readonly string[];
  #server: Child | undefined;

  private constructor(directory: string, port: number, settings: readonly string[]) {
    this.directory = directory;
    this.port = port;
    this.#settings = settings;
    this.url = `redis://:${PASSWORD}@127.0.0.1:${port}`;
  }

  /** `settings` as on the command line: `"--maxmemory", "100mb"`. */
  static async start(...settings: readonly string[]): Promise<RedisServer> {
    const server = new RedisServer(await mkdtemp(join(tmpdir(), "redis-")), await freePort(), settings);
    await server.start();
    return server;
  }

  /** The environment of an application that has this server for both roles. */
  get env(): Readonly<Record<string, string>> {
    return { REDIS_URL: this.url };
  }

  /** Again, on the same port, after it was killed. */
  async start(): Promise<void> {
    const keep = ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec"];
    const reach = ["--bind", "127.0.0.1", "--port", String(this.port)];
    const secret = ["--requirepass", PASSWORD, "--masterauth", PASSWORD];
    const argv = ["redis-server", ...reach, ...secret, ...keep, ...this.#settings] as const;
    const server = new Child(argv as [string, ...string[]], { cwd: this.directory });
    this.#server = server;
    try {
      // Not another server that has taken the port meanwhile.
      await eventually("Redis answers", async () => server.running && (await this.command("PING")));
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw new Error(`Redis did not start: ${server.output}`, { cause: error });
    }
  }

  async kill(): Promise<void> {
    this.#server?.signal("SIGKILL");
    await this.#server?.ended;
  }

  /** It keeps its connections, and the kernel accepts new ones, but it says nothing. */
  freeze(): void {
    this.#server?.signal("SIGSTOP");
  }

  thaw(): void {
    this.#server?.signal("SIGCONT");
  }

  /** On a connection of its own. */
  async command(...command: readonly [string, ...string[]]): Promise<unknown> {
    const client = createClient({
      url: this.url,
      disableClientInfo: true,
      maintNotifications: "disabled",
      socket: { reconnectStrategy: false },
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.sendCommand([...command]);
    } finally {
      client.destroy();
    }
  }

  /** How many commands it has executed, by name, since it was started or asked to forget. */
  async commandCounts(): Promise<Readonly<Record<string, number>>> {
    const info = String(await this.command("INFO", "commandstats"));
    const counts = [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)];
    return Object.fromEntries(counts.map(([, name = "", calls]) => [name, Number(calls)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    await rm(this.directory, { recursive: true, force: true });
  }
}
