import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const STARTS_WITHIN_MS = 60_000;
const MAKES_BUCKET_WITHIN_MS = 10_000;

/** Takes a free port by itself and tells it: one that was free a moment ago may be somebody else's now. */
const PROGRAM = `
  import { startFauxqs } from "fauxqs";
  const { port } = await startFauxqs({ port: 0, logger: false });
  console.log(port);
`;

/** A small server that speaks S3 and keeps everything in memory. */
export class ObjectStoreServer implements AsyncDisposable {
  readonly endpoint: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  static async start(bucket: string): Promise<ObjectStoreServer> {
    const argv = ["--input-type=module", "--eval", PROGRAM];
    const child = spawn(process.execPath, argv, { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] });
    const signal = AbortSignal.timeout(STARTS_WITHIN_MS);
    const [port] = (await once(child.stdout, "data", { signal })) as [Buffer];
    const server = new ObjectStoreServer(child, Number(port));
    const made = await fetch(`${server.endpoint}/${bucket}`, {
      method: "PUT",
      signal: AbortSignal.timeout(MAKES_BUCKET_WITHIN_MS),
    });
    if (!made.ok) throw new Error(`no bucket was made: ${made.status} ${await made.text()}`);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
