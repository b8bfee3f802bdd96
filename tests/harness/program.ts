import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "./eventually.ts";

export const ROOT: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The program as users run it. */
export const TENFOLD: string = join(ROOT, "packages", "tenfold", "bin", "tenfold.mjs");

export interface RunOptions {
  readonly cwd: string;
  /** `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** A program other than Tenfold. */
  readonly argv?: readonly string[];
}

/** How a run ended. The code of one that a signal ended is 128 and the signal's number. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** This test's environment without what the test runner and the developer's terminal add to it. */
function cleanEnvironment(changes: RunOptions["env"] = {}): Record<string, string> {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, FORCE_COLOR: ___, NO_COLOR: ____, ...kept } = process.env;
  const path = `${dirname(process.execPath)}:${process.env.PATH ?? "/usr/bin:/bin"}`;
  return Object.fromEntries(
    Object.entries({ ...kept, PATH: path, ...changes }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** A program that runs: Tenfold with these words, or another one. */
export class Started implements AsyncDisposable {
  readonly ended: Promise<Finished>;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";

  constructor(words: readonly string[], { cwd, env, input, argv = [process.execPath, TENFOLD] }: RunOptions) {
    const [program = "", ...first] = argv;
    this.#child = spawn(program, [...first, ...words], {
      cwd,
      env: cleanEnvironment(env),
      stdio: "pipe",
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.#child.stdin?.on("error", () => {});
    if (input !== undefined) this.#child.stdin?.end(input);
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) =>
        resolve({
          code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
          stdout: this.#stdout,
          stderr: this.#stderr,
        }),
      );
    });
    // Whoever waits for it is told; nobody else has to be.
    this.ended.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** All that it has written so far. */
  get output(): string {
    return `${this.#stdout}${this.#stderr}`;
  }

  get stdout(): string {
    return this.#stdout;
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until it has written something. */
  async says(pattern: RegExp, withinMs = 30_000): Promise<RegExpExecArray> {
    return eventually(
      `the output ${pattern}`,
      () => {
        const found = pattern.exec(this.output);
        if (found === null && this.#child.exitCode !== null && this.#child.stdout?.readableEnded === true)
          throw new Error(`it ended with ${this.#child.exitCode}: ${this.output}`);
        return found;
      },
      withinMs,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
    await this.ended.catch(() => {});
  }
}

/** Runs a program to its end. */
export function run(words: readonly string[], options: RunOptions): Promise<Finished> {
  return new Started(words, { input: "", ...options }).ended;
}
