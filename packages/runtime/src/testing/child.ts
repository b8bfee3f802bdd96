import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whom it runs as. */
  readonly uid?: number;
  readonly gid?: number;
}

/** A process of a test. It ends with the test at the latest. */
export class Child implements AsyncDisposable {
  readonly ended: Promise<unknown>;
  readonly #process: ChildProcess;
  #output = "";

  constructor(argv: readonly [string, ...string[]], options: ChildOptions = {}) {
    const [program, ...args] = argv;
    this.#process = spawn(program, args, {
      ...options,
      env: { PATH: `${process.env.PATH}:/usr/sbin`, LANG: "C.UTF-8", ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    this.ended = once(this.#process, "close");
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** All that it has written, to both streams. */
  get output(): string {
    return this.#output;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Kills it after 5 s. */
  async [Symbol.asyncDispose](): Promise<void> {
    // A frozen process does not see its signal.
    this.signal("SIGCONT");
    if (this.running) this.signal("SIGTERM");
    const late = setTimeout(() => this.signal("SIGKILL"), 5_000);
    await this.ended;
    clearTimeout(late);
  }
}
