import { appendFileSync } from "node:fs";
import type { Launch } from "../../fleet/launch.ts";
import type { Outcome, RunOptions } from "../driver.ts";
import { signalSession } from "./session.ts";
import { spawnSession, type Users } from "./spawn.ts";

const KEPT_OUTPUT = 64 * 1024;

/** Runs a command to its end, keeps the last 64 KiB of its output, and appends all of it to the launch's log. */
export async function runToEnd(launch: Launch, users: Users, options: RunOptions): Promise<Outcome> {
  options.signal.throwIfAborted();
  const child = await spawnSession(launch, users, ["pipe", "pipe", "pipe"]);
  let output = "";
  let timedOut = false;
  const take = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
    try {
      appendFileSync(launch.log, chunk, { mode: 0o640 });
    } catch {
      // A full disk must not hide why the command failed.
    }
  };
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  child.stdin?.on("error", () => {});
  child.stdin?.end(options.input ?? "");
  const deadline = setTimeout(() => {
    timedOut = true;
    signalSession(child.pid, "SIGKILL");
  }, options.timeout);
  const abort = (): void => signalSession(child.pid, "SIGKILL");
  options.signal.addEventListener("abort", abort, { once: true });
  try {
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once("error", reject);
      // What it left in the background would keep its pipes open, and would be nobody's.
      child.once("exit", () => signalSession(child.pid, "SIGKILL"));
      child.once("close", (...end) => resolve(end));
    });
    options.signal.throwIfAborted();
    return { code, signal, output, timedOut };
  } finally {
    clearTimeout(deadline);
    options.signal.removeEventListener("abort", abort);
  }
}
