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

const ANSWERS_WITHIN_MS = 12_000;

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
    let since = Date.now();
    const answers = async (): Promise<boolean> => {
      const signal = AbortSignal.timeout(2_000);
      const isThere = await fetch(`${server.endpoint}/health`, { signal }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isThere || Date.now() - since < ANSWERS_WITHIN_MS) return isThere;
      // Somebody else was given the same port meanwhile: another one.
      await server[Symbol.asyncDispose]();
      server = new ObjectStoreServer(await freePort());
      since = Date.now();
      return false;
    };
    await eventually("the store answers", answers, 60_000);
    const made = await fetch(`${server.endpoint}/${bucket}`, { method: "PUT" });
    if (!made.ok) throw new Error(`no bucket was made: ${made.status} ${await made.text()}`);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}
