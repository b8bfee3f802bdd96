import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Child } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { PASSWORD } from "./password.ts";
import type { Scratch } from "./scratch.ts";

/** A real Redis server that keeps its data through a crash. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly #directory: string;
  #server: Child | undefined;

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.port = port;
    this.url = `redis://:${PASSWORD}@127.0.0.1:${port}`;
  }

  static async start(scratch: Scratch, name = "redis"): Promise<RedisServer> {
    const server = new RedisServer(join(scratch.path, name), await freePort());
    await mkdir(server.#directory);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const keep = ["--save", "", "--appendonly", "yes", "--appendfsync", "always", "--repl-diskless-sync-delay", "0"];
    const reach = ["--bind", "127.0.0.1", "--port", String(this.port)];
    const secret = ["--requirepass", PASSWORD, "--masterauth", PASSWORD];
    const server = new Child(["redis-server", ...reach, ...secret, ...keep], { cwd: this.#directory });
    this.#server = server;
    try {
      // Not another server that has taken the port meanwhile.
      await eventually("Redis answers", 5_000, async () => server.running && (await this.command("PING")));
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw new Error(`Redis did not start: ${server.output}`, { cause: error });
    }
  }

  async kill(): Promise<void> {
    this.#server?.signal("SIGKILL");
    await this.#server?.ended;
  }

  freeze(): void {
    this.#server?.signal("SIGSTOP");
  }

  thaw(): void {
    this.#server?.signal("SIGCONT");
  }

  async command(name: string, ...args: readonly (string | number)[]): Promise<unknown> {
    const redis = new Redis(this.url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
    redis.on("error", () => {});
    try {
      await redis.connect();
      return await redis.call(name, ...args);
    } finally {
      // One that never connected would hold the process for 2 s more.
      if (redis.status !== "end") redis.disconnect();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }
}
