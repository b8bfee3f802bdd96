import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Account } from "./account.ts";

export interface ChildOptions {
  readonly cwd: string;
  readonly account?: Account;
  /** The whole environment: what the machine happens to have set does not count. */
  readonly env?: Readonly<Record<string, string>>;
  /** How it is ended when the test is over. */
  readonly stop?: NodeJS.Signals;
}

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of a test. It ends with the test at the latest. */
export class Child implements AsyncDisposable {
  readonly ended: Promise<End>;
  readonly #process: ChildProcess;
  readonly #stop: NodeJS.Signals;
  #output = "";

  constructor(argv: readonly [string, ...string[]], { cwd, account = {}, env = {}, stop = "SIGTERM" }: ChildOptions) {
    const [program, ...args] = argv;
    this.#stop = stop;
    this.#process = spawn(program, args, {
      cwd,
      ...account,
      env: { PATH: `${process.env.PATH}:/usr/sbin`, LANG: "C.UTF-8", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    this.ended = once(this.#process, "close").then(([code, signal]) => ({ code, signal }));
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

  /** The events that it logged, for a process that logs lines of JSON. */
  get events(): readonly Readonly<Record<string, unknown>>[] {
    const lines = this.#output.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Kills it after 5 s. */
  async [Symbol.asyncDispose](): Promise<void> {
    // A frozen process does not see its signal.
    this.signal("SIGCONT");
    if (this.running) this.signal(this.#stop);
    const late = setTimeout(() => this.signal("SIGKILL"), 5_000);
    await this.ended;
    clearTimeout(late);
  }
}

/** Runs a program to its end. Throws when that is not a good one. */
export async function runToEnd(argv: readonly [string, ...string[]], options: ChildOptions): Promise<string> {
  await using child = new Child(argv, options);
  const { code } = await child.ended;
  if (code !== 0) throw new Error(`${argv.join(" ")}: exit ${code}\n${child.output}`);
  return child.output;
}
