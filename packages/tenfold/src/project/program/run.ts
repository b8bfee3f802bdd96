import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Millis } from "../../units/millis.ts";
import type { Answer } from "./answer.ts";

/** The module that runs in the process of its own, compiled or not. */
export const EVALUATE: string = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./evaluate.ts" : "./evaluate.js", import.meta.url),
);

const MOST_OUTPUT = 16 * 1024;
/** How long the output of a program that has ended is still read, should something that it started hold it open. */
const LAST_WORDS_MS = 100;

export interface ProgramOptions {
  readonly directory: string;
  /** All of the environment that the program sees. */
  readonly env: Readonly<Record<string, string>>;
  readonly deadline: Millis;
  readonly signal: AbortSignal | undefined;
}

/** How a program ended: with an answer, or without one. */
export interface Ended {
  readonly answer: Answer | null;
  readonly output: string;
  readonly code: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
}

/** Runs the user's file to its answer. Its process is gone when this resolves. Rejects with the signal's reason. */
export async function runProgram(file: string, options: ProgramOptions): Promise<Ended> {
  const { signal } = options;
  signal?.throwIfAborted();
  const child = fork(EVALUATE, [file], {
    cwd: options.directory,
    env: options.env,
    execArgv: [],
    // A group of its own, so that what it waits for can be stopped along with it.
    detached: true,
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const closed = Promise.withResolvers<Omit<Ended, "timedOut">>();
  let answer: Answer | null = null;
  let output = "";
  let timedOut = false;
  const collect = (chunk: Buffer): void => {
    if (output.length < MOST_OUTPUT) output += chunk.toString("utf8");
  };
  const kill = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, "SIGKILL");
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, options.deadline);
  signal?.addEventListener("abort", kill, { once: true });
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  // Only evaluate.ts sends on this channel, and it sends once. A program that sends something itself is overruled.
  child.on("message", (message) => {
    answer = message as Answer;
  });
  child.on("error", closed.reject);
  child.on("exit", () => {
    setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, LAST_WORDS_MS).unref();
  });
  child.on("close", (code, by) => closed.resolve({ answer, output, code, signal: by }));
  try {
    const ended = await closed.promise;
    signal?.throwIfAborted();
    return { ...ended, timedOut };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", kill);
  }
}
