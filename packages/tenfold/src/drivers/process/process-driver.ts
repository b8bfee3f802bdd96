import { rm, statfs } from "node:fs/promises";
import { systemFault } from "../../fault/system.ts";
import type { Launch, RenderedFile, RunAs } from "../../fleet/launch.ts";
import type { MemberName } from "../../fleet/member.ts";
import type { Space } from "../../fleet/space.ts";
import type { Running } from "../../fleet/state.ts";
import type { Logs } from "../../spec/logs/logs.ts";
import { type Bytes, bytes } from "../../units/bytes.ts";
import { seconds } from "../../units/millis.ts";
import type { Port } from "../../units/port.ts";
import type { Driver, Outcome, RunOptions, Stray, Titled, Usage } from "../driver.ts";
import type { End } from "../end.ts";
import { Deaths } from "./deaths.ts";
import { Snapshot } from "./family.ts";
import { makeDirectory, readEnd, sizeOf, writeFileAtomically } from "./files.ts";
import type { Limits } from "./limits.ts";
import { LogTimes } from "./log-times.ts";
import { Moment } from "./moment.ts";
import { listPids, programName, readDescriptor, readSharedBytes, readStat, readTitle, socketInodes } from "./proc.ts";
import { claimPort, isPortFree, releasePort, reservePort } from "./reservations.ts";
import { rotateLog } from "./rotate.ts";
import { runToEnd } from "./run.ts";
import { isProcessAlive, killFamily, signalFamily, signalProcess } from "./session.ts";
import { readSockets } from "./sockets.ts";
import { spawnSession, type Users, withLog } from "./spawn.ts";
import { Stillness } from "./stillness.ts";

/** Runs members as processes of this Linux machine. */
export class ProcessDriver implements Driver {
  #users: Users;
  readonly #limits: Limits;
  readonly #deaths = new Deaths();
  readonly #stillness = new Stillness();
  readonly #logTimes = new LogTimes();
  readonly #moment = new Moment();

  constructor(users: Users, limits: Limits) {
    this.#users = users;
    this.#limits = limits;
  }

  runAs(users: Users): void {
    this.#users = users;
  }

  async start(member: MemberName, launch: Launch): Promise<Running> {
    const child = await withLog(launch.log, this.#users[launch.runAs], (log) =>
      spawnSession(launch, this.#users, ["ignore", log, log]),
    );
    // A child that has already ended is a zombie until Node has taken notice, so its start time can still be read.
    const running: Running = { pid: child.pid, startTime: readStat(child.pid)?.startTime ?? 0, log: launch.log };
    this.#deaths.own(running, child);
    this.#limits.apply(member, child.pid, launch);
    return running;
  }

  onEnd(running: Running, callback: (end: End) => void): void {
    this.#deaths.onEnd(running, callback);
  }

  isAlive(running: Running): boolean {
    return isProcessAlive(running);
  }

  isFrozen(running: Running): boolean {
    return this.#stillness.isFrozen(running);
  }

  hasRemains(running: Running): boolean {
    return this.#moment.snapshot.family(running, true).length > 0;
  }

  killRemains(running: Running): boolean {
    return killFamily(running) > 0;
  }

  signal(running: Running, signal: NodeJS.Signals, to: "leader" | "session"): void {
    if (to === "session") signalFamily(running, signal, true);
    else if (isProcessAlive(running)) signalProcess(running.pid, signal);
  }

  run(launch: Launch, options: RunOptions): Promise<Outcome> {
    return runToEnd(launch, this.#users, options);
  }

  async writeFiles(files: readonly RenderedFile[]): Promise<void> {
    await Promise.all(
      files.map(({ path, content, mode, owner }) => writeFileAtomically(path, content, mode, this.#users[owner])),
    );
  }

  makeDirectory(path: string, owner: RunAs, mode: number): Promise<void> {
    return makeDirectory(path, mode, this.#users[owner]);
  }

  async removeDirectory(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }

  async copyDirectory(from: string, to: string, owner: RunAs): Promise<void> {
    const outcome = await this.run(
      {
        argv: ["cp", "-a", "--reflink=auto", "-T", from, to],
        env: { PATH: "/usr/bin:/bin" },
        cwd: "/",
        runAs: owner,
        log: "/dev/null",
        stop: { signal: "SIGTERM", grace: seconds(1) },
        memory: false,
        cpu: false,
      },
      { timeout: seconds(3600), signal: new AbortController().signal },
    );
    if (outcome.code === 0) return;
    const cause = /No space left/i.test(outcome.output) ? "ENOSPC" : "EIO";
    throw systemFault(
      Object.assign(new Error(`${from} could not be copied: ${outcome.output.trim()}`), { code: cause }),
      to,
    );
  }

  readText(path: string, atMost?: Bytes): Promise<string | null> {
    return readEnd(path, atMost);
  }

  sizeOf(path: string): Promise<Bytes> {
    return sizeOf(path);
  }

  async space(path: string): Promise<Space | null> {
    try {
      const { bavail, blocks, bsize } = await statfs(path);
      return { free: bytes(bavail * bsize), total: bytes(blocks * bsize) };
    } catch {
      return null;
    }
  }

  usage(processes: readonly Running[]): ReadonlyMap<number, Usage> {
    const { snapshot } = this.#moment;
    return new Map(
      processes.map((running) => {
        const sum = { cpuMillis: 0, own: 0, shared: 0 };
        for (const stat of snapshot.family(running, false)) {
          const shared = readSharedBytes(stat.pid);
          sum.cpuMillis += stat.cpuMillis;
          sum.own += Math.max(0, stat.residentBytes - shared);
          // Processes of one member share mostly the same pages (libraries, shared_buffers): count the largest share once.
          sum.shared = Math.max(sum.shared, shared);
        }
        return [running.pid, { cpuMillis: sum.cpuMillis, memory: bytes(sum.own + sum.shared) }];
      }),
    );
  }

  connections(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const { localPort, state } of this.#moment.sockets) {
      if (state === "established") counts.set(localPort, (counts.get(localPort) ?? 0) + 1);
    }
    return counts;
  }

  withChildren(pid: number): readonly Titled[] {
    return new Snapshot().stats
      .filter((stat) => stat.pid === pid || stat.parent === pid)
      .sort((a, b) => Number(b.pid === pid) - Number(a.pid === pid))
      .map((stat) => ({ pid: stat.pid, startTime: stat.startTime, title: readTitle(stat.pid) }));
  }

  listening(running: Running): readonly Port[] {
    const { snapshot, sockets } = this.#moment;
    const inodes = new Set(snapshot.family(running, false).flatMap(({ pid }) => [...socketInodes(pid)]));
    const ports = sockets.filter(({ state, inode }) => state === "listening" && inodes.has(inode));
    return [...new Set(ports.map(({ localPort }) => localPort))];
  }

  holderOf(port: Port): string | null {
    const listeners = readSockets().filter(({ state, localPort }) => state === "listening" && localPort === port);
    if (listeners.length === 0) return null;
    for (const pid of listPids()) {
      const inodes = socketInodes(pid);
      if (listeners.some(({ inode }) => inodes.has(inode))) return `${programName(pid)} (pid ${pid})`;
    }
    return "a process of another user";
  }

  isPortFree(port: Port, host: string): Promise<boolean> {
    return isPortFree(port, host);
  }

  reservePort(port: Port, host: string): Promise<boolean> {
    return reservePort(port, host);
  }

  releasePort(port: Port): Promise<void> {
    return releasePort(port);
  }

  async claimPort(port: Port): Promise<void> {
    await claimPort(port);
  }

  strays(logs: string, known: readonly Running[]): readonly Stray[] {
    const snapshot = new Snapshot();
    const tracked = new Set(known.flatMap((running) => snapshot.family(running, true).map(({ pid }) => pid)));
    const untracked = snapshot.stats
      .filter(({ pid }) => !tracked.has(pid))
      .flatMap(({ pid, parent, startTime }) => {
        const log = [1, 2]
          .map((descriptor) => readDescriptor(pid, descriptor))
          .find((path) => path?.startsWith(`${logs}/`));
        const member =
          log === undefined ? undefined : /^(.+?)\.log(?: \(deleted\))?$/.exec(log.slice(logs.length + 1))?.[1];
        return log === undefined || member === undefined
          ? []
          : [{ member: member as MemberName, parent, running: { pid, startTime, log } }];
      });
    // Their children end with them.
    const pids = new Set(untracked.map(({ running }) => running.pid));
    return untracked.filter(({ parent }) => !pids.has(parent)).map(({ member, running }) => ({ member, running }));
  }

  rotateLog(path: string, logs: Logs): void {
    rotateLog(path, logs);
  }

  recordLogTimes(directory: string, now: number): void {
    this.#logTimes.record(directory, now);
  }

  get enforcesLimits(): boolean {
    return this.#limits.isEnforced;
  }

  close(): void {
    this.#deaths.close();
    this.#stillness.close();
  }
}
