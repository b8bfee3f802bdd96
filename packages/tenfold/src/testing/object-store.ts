import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "./eventually.ts";

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** A small server that speaks S3 and keeps everything in memory. */
export class ObjectStoreServer implements AsyncDisposable {
  readonly endpoint: string;
  readonly #child: ChildProcess;

  private constructor(port: number) {
    this.endpoint = `http://127.0.0.1:${port}`;
    const program = join(dirname(fileURLToPath(import.meta.resolve("fauxqs"))), "cli.js");
    const env = { ...process.env, FAUXQS_PORT: `${port}`, FAUXQS_HOST: "127.0.0.1", FAUXQS_LOGGER: "false" };
    this.#child = spawn(process.execPath, [program], { env, stdio: "ignore" });
  }

  static async start(bucket: string): Promise<ObjectStoreServer> {
    let server = new ObjectStoreServer(await freePort());
    const answers = async (): Promise<boolean> => {
      // Somebody else was given the same port.
      if (server.#child.exitCode !== null) server = new ObjectStoreServer(await freePort());
      return fetch(`${server.endpoint}/health`, { signal: AbortSignal.timeout(2_000) }).then(
        ({ ok }) => ok,
        () => false,
      );
    };
    await eventually("the store answers", answers, 40_000);
    const made = await fetch(`${server.endpoint}/${bucket}`, { method: "PUT" });
    if (!made.ok) throw new Error(`no bucket was made: ${made.status} ${await made.text()}`);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}
