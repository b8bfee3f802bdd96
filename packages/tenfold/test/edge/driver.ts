import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Driver, Outcome, RunOptions } from "../../src/drivers/driver.ts";
import type { Launch, RenderedFile } from "../../src/fleet/launch.ts";
import type { MemberName } from "../../src/fleet/member.ts";
import type { Running } from "../../src/fleet/state.ts";
import { Secret } from "../../src/units/secret.ts";

function notNeeded(): never {
  throw new Error("these tests do not need this");
}

function environment(env: Launch["env"]): Record<string, string> {
  const plain = Object.entries(env).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]);
  return { PATH: process.env.PATH ?? "", ...Object.fromEntries(plain) };
}

/** Ticks since boot, as the kernel tells; 0 for a process that is gone. */
function startTime(pid: number): number {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? 0);
}

/** What of a driver the balancer needs, as the current user and without an engine. */
export class TestDriver implements Driver {
  readonly started: Running[] = [];

  async start(_member: MemberName, launch: Launch): Promise<Running> {
    mkdirSync(dirname(launch.log), { recursive: true });
    mkdirSync(launch.cwd, { recursive: true });
    const log = openSync(launch.log, "a");
    const [program = "", ...words] = launch.argv;
    const child = spawn(program, words, {
      cwd: launch.cwd,
      env: environment(launch.env),
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    await new Promise((resolve, reject) => {
      child.on("spawn", resolve);
      child.on("error", reject);
    });
    child.unref();
    const running = { pid: child.pid ?? 0, startTime: startTime(child.pid ?? 0) };
    this.started.push(running);
    return running;
  }

  isAlive({ pid, startTime: since }: Running): boolean {
    return startTime(pid) === since && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  }

  signal(running: Running, signal: NodeJS.Signals, to: "leader" | "session"): void {
    if (to === "leader" && !this.isAlive(running)) return;
    try {
      process.kill(to === "leader" ? running.pid : -running.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  run(launch: Launch, { timeout, signal, input }: RunOptions): Promise<Outcome> {
    const [program = "", ...words] = launch.argv;
    return new Promise((resolve, reject) => {
      const child = spawn(program, words, {
        cwd: launch.cwd,
        env: environment(launch.env),
        timeout,
        killSignal: "SIGKILL",
        signal,
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          output += text;
        });
      }
      child.stdin.end(input ?? "");
      child.on("error", reject);
      child.on("close", (code, ended) => resolve({ code, signal: ended, output, timedOut: ended === "SIGKILL" }));
    });
  }

  async writeFiles(files: readonly RenderedFile[]): Promise<void> {
    for (const { path, content, mode } of files) {
      if (existsSync(path) && readFileSync(path, "utf8") === content) continue;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.tmp`, content, { mode });
      renameSync(`${path}.tmp`, path);
    }
  }

  async makeDirectory(path: string, _owner: unknown, mode: number): Promise<void> {
    mkdirSync(path, { recursive: true, mode });
  }

  async removeDirectory(path: string): Promise<void> {
    rmSync(path, { recursive: true, force: true });
  }

  async readText(path: string): Promise<string | null> {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return null;
    }
  }

  connections(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1)) {
      const [, local = "", , state] = line.trim().split(/\s+/);
      if (state !== "01") continue;
      const port = Number.parseInt(local.split(":")[1] ?? "", 16);
      counts.set(port, (counts.get(port) ?? 0) + 1);
    }
    return counts;
  }

  readonly onEnd: () => never = notNeeded;
  readonly hasRemains: () => never = notNeeded;
  readonly copyDirectory: () => never = notNeeded;
  readonly usage: () => never = notNeeded;
  readonly listening: () => never = notNeeded;
  readonly holderOf: () => never = notNeeded;
  readonly isPortFree: () => never = notNeeded;
  readonly strays: () => never = notNeeded;

  /** Ends every session that was started, and tells which processes outlived even that. */
  async killAll(): Promise<string[]> {
    for (const running of this.started) this.signal(running, "SIGKILL", "session");
    const left = (): string[] =>
      spawnSync("ps", ["-e", "-o", "pid=,sid=,stat=,args="], { encoding: "utf8" })
        .stdout.split("\n")
        .filter((line) => {
          const [, session, state = "Z"] = line.trim().split(/\s+/);
          return !state.startsWith("Z") && this.started.some(({ pid }) => pid === Number(session));
        });
    for (let tries = 0; left().length > 0 && tries < 100; tries += 1) await pause(20);
    return left();
  }

  close(): void {}
}
