import { appendFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Launch } from "../../fleet/launch.ts";
import type { Outcome, RunOptions } from "../driver.ts";
import { readStat } from "./proc.ts";
import { signalFamily } from "./session.ts";
import { spawnSession, type Users } from "./spawn.ts";

const KEPT_OUTPUT = 64 * 1024;

/**
 * Runs a command to its end, keeps the last 64 KiB of its output, and appends all of it to the launch's log. What goes
 * to a sink is not kept. A source or a sink that breaks ends the command, and its error is thrown.
 */
export async function runToEnd(launch: Launch, users: Users, options: RunOptions): Promise<Outcome> {
  options.signal.throwIfAborted();
  const child = await spawnSession(launch, users, ["pipe", "pipe", "pipe"]);
  const running = { pid: child.pid, startTime: readStat(child.pid)?.startTime ?? 0, log: launch.log };
  let output = "";
  let timedOut = false;
  let broken: unknown;
  const take = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
    try {
      appendFileSync(launch.log, chunk, { mode: 0o640 });
    } catch {
      // A full disk must not hide why the command failed.
    }
  };
  // Others write to its log: a command has no log of its own by which its orphans could be known.
  const abort = (): void => signalFamily(running, "SIGKILL", false);
  const breakOff = (error: unknown): void => {
    broken ??= error;
    abort();
  };
  child.stderr?.on("data", take);
  const { source, sink } = options;
  const flows: Promise<void>[] = [];
  if (sink === undefined || child.stdout === null) child.stdout?.on("data", take);
  else flows.push(pipeline(child.stdout, sink).catch(breakOff));
  child.stdin?.on("error", () => {});
  if (source === undefined || child.stdin === null) child.stdin?.end(options.input ?? "");
  else {
    source.once("error", breakOff);
    source.pipe(child.stdin);
    // A command that ends early leaves the rest unread.
    child.once("exit", () => source.resume());
  }
  const deadline = setTimeout(() => {
    timedOut = true;
    abort();
  }, options.timeout);
  options.signal.addEventListener("abort", abort, { once: true });
  try {
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once("error", reject);
      // What it left in the background would keep its pipes open, and would be nobody's.
      child.once("exit", abort);
      child.once("close", (...end) => resolve(end));
    });
    await Promise.all(flows);
    options.signal.throwIfAborted();
    if (broken !== undefined) throw broken;
    return { code, signal, output, timedOut };
  } finally {
    clearTimeout(deadline);
    options.signal.removeEventListener("abort", abort);
  }
}
