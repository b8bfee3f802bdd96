import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { MetricsServer } from "../api/metrics-server.ts";
import { createApi } from "../api/server.ts";
import { readStat } from "../drivers/process/proc.ts";
import { isProcessAlive } from "../drivers/process/session.ts";
import { Engine } from "../engine/engine.ts";
import { Fault } from "../fault/fault.ts";
import { takeLock } from "../journal/lock.ts";
import { controlSocket } from "../targets/local/socket.ts";
import type { EngineGreeting } from "../targets/local/start-engine.ts";
import { Guard } from "./guardian.ts";
import { createEngineHost } from "./wire.ts";

const ANSWERS_END_WITHIN_MS = 1_000;
const TIDY_AFTER_MS = 3_000;
const IDLE_LOOK_MS = 2_000;
const GUARD_EVERY_MS = 5_000;

function greet(greeting: EngineGreeting): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(greeting, () => resolve());
  });
}

/** Listens where only this user can connect. */
async function listen(server: ReturnType<typeof createApi>, socket: string): Promise<void> {
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  rmSync(socket, { force: true });
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(socket, resolve);
    });
  } finally {
    process.umask(umask);
  }
  chmodSync(socket, 0o600);
}

/** Whoever waits for the end of an answer gets it; whoever listens to events without end does not keep the engine. */
async function closeServer(server: ReturnType<typeof createApi>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, ANSWERS_END_WITHIN_MS).unref())]);
  server.closeAllConnections();
}

/**
 * The engine's own process: takes the lock of a directory, goes on where an earlier engine stopped, serves the control API.
 * Ends by itself when nothing runs and nothing shall; on SIGTERM at any time, and what it started goes on.
 */
export async function runEngine(directory: string): Promise<void> {
  try {
    await serve(directory);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    await greet({ kind: "fault", fault: error.toJSON() });
    process.exit(error.exit);
  }
}

async function serve(directory: string): Promise<void> {
  const self = { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? 0 };
  const lock = takeLock(`${directory}/.tenfold/engine.lock`, self, isProcessAlive);
  if (!("path" in lock)) {
    await greet({ kind: "held", pid: lock.pid });
    process.exit(0);
  }
  const guard = new Guard({
    state: `${directory}/.tenfold`,
    argv: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    isAlive: isProcessAlive,
    startTimeOf: (pid) => readStat(pid)?.startTime ?? 0,
  });
  const notes: string[] = [];
  const engine = new Engine(directory, createEngineHost(directory));
  const stopNoting = engine.events.subscribe((event) => event.kind === "note" && notes.push(event.text));
  const socket = controlSocket(directory);
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    guard.end();
    metrics.close();
    await closeServer(server);
    await engine.close();
    rmSync(socket, { force: true });
    lock[Symbol.dispose]();
    process.exit(0);
  };
  const endIfIdle = (): void => {
    if (engine.isIdle) void end();
  };
  const metrics = new MetricsServer(engine);
  let tidying: NodeJS.Timeout | undefined;
  // What an operation has left in memory would stay for hours of rest.
  const settled = (): void => {
    endIfIdle();
    clearTimeout(tidying);
    tidying = setTimeout(() => void globalThis.gc?.(), TIDY_AFTER_MS).unref();
  };
  const server = createApi({ engine, settled, exit: () => void end() });
  for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => void end());
  process.on("SIGHUP", () => {});
  try {
    await engine.open();
    await listen(server, socket);
  } catch (error) {
    await engine.close();
    lock[Symbol.dispose]();
    throw error;
  }
  guard.ensure();
  setInterval(() => guard.ensure(), GUARD_EVERY_MS).unref();
  stopNoting();
  await greet({ kind: "ready", notes });
  setInterval(endIfIdle, IDLE_LOOK_MS).unref();
}
