import { spawn } from "node:child_process";
import type { InstallCommand } from "./plan.ts";

export interface RunRequest {
  /** Words that make it run as root: none, or `sudo -n`. */
  readonly elevation: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal | null;
}

export interface RunResult {
  /** `null` when it could not be started or was killed. */
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Asks it to stop as Ctrl-C would: apt ends a download at once, and dpkg its current package. */
function interrupt(pid: number, elevation: readonly string[]): void {
  if (elevation.length === 0) {
    try {
      process.kill(pid, "SIGINT");
    } catch {
      // It has just ended.
    }
    return;
  }
  const [program = "", ...rest] = [...elevation, "kill", "-INT", String(pid)];
  spawn(program, rest, { stdio: "ignore" }).on("error", () => {});
}

/**
 * Runs a command to its end, in a group of its own, so that a Ctrl-C on the terminal does not cut dpkg in the middle of
 * a package. Repeated lines are passed on once. Never kills.
 */
export function runCommand(command: InstallCommand, request: RunRequest): Promise<RunResult> {
  const [program = "", ...rest] = [...request.elevation, ...command.argv];
  return new Promise((resolve) => {
    const child = spawn(program, rest, { env: request.env, cwd: "/", detached: true, stdio: "pipe" });
    const lines: string[] = [];
    let partial = "";
    const take = (chunk: string): void => {
      const parts = `${partial}${chunk}`.split(/[\r\n]+/);
      partial = parts.pop() ?? "";
      for (const line of parts) {
        if (line.trim() === "" || line === lines.at(-1)) continue;
        lines.push(line);
        request.onLine(line);
      }
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", take);
    const stop = (): void => {
      if (child.pid !== undefined && child.exitCode === null) interrupt(child.pid, request.elevation);
    };
    request.signal?.addEventListener("abort", stop);
    const finish = (code: number | null): void => {
      request.signal?.removeEventListener("abort", stop);
      take("\n");
      resolve({ code, lines });
    };
    child.on("error", (error) => {
      lines.push(error.message);
      finish(null);
    });
    child.on("close", finish);
    // A command that ends without reading leaves a broken pipe, which says nothing beyond its exit code.
    child.stdin.on("error", () => {}).end(command.input ?? "");
  });
}
