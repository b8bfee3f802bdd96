import { Fault } from "../../fault/fault.ts";
import type { Launch, RenderedFile, RunAs } from "../../fleet/launch.ts";
import type { MemberName } from "../../fleet/member.ts";
import type { Space } from "../../fleet/space.ts";
import type { Running } from "../../fleet/state.ts";
import { type Bytes, bytes } from "../../units/bytes.ts";
import type { Port } from "../../units/port.ts";
import type { Driver, Outcome, RunOptions, Stray, Titled, Usage } from "../driver.ts";
import type { End } from "../end.ts";

export interface MemoryProcess {
  readonly running: Running;
  readonly member: MemberName;
  readonly launch: Launch;
  readonly callbacks: ((end: End) => void)[];
  /** That it was sent, in order. */
  readonly signals: NodeJS.Signals[];
  end: End | null;
}

/** What a program of a memory machine does. */
export type Behaviour =
  | { readonly kind: "forever" }
  /** Does not care for SIGTERM. */
  | { readonly kind: "stubborn" }
  | {
      readonly kind: "exits";
      readonly code: number;
      readonly output: string;
      /** A task ends no earlier. */
      readonly after?: Promise<void>;
    };

/**
 * A machine in memory, for tests of what decides: its processes are entries in a table. It outlives the drivers that are
 * opened on it, as a real machine outlives an engine.
 */
export class MemoryMachine {
  readonly processes: Map<number, MemoryProcess> = new Map();
  readonly files: Map<string, string> = new Map();
  readonly takenPorts: Map<number, string> = new Map();
  /** By the first word of a command; anything else runs forever. */
  readonly programs: Map<string, Behaviour> = new Map();
  /** What was run to its end, in order. */
  readonly ran: (readonly string[])[] = [];
  space: Space = { free: bytes(2 ** 34), total: bytes(2 ** 36) };
  /** Processes that a signal has stopped. */
  readonly frozen: Set<number> = new Set();
  #pids = 1000;

  nextPid(): number {
    this.#pids += 1;
    return this.#pids;
  }

  alive(): MemoryProcess[] {
    return [...this.processes.values()].filter(({ end }) => end === null);
  }

  /** Ends a process, as the kernel would. */
  kill(pid: number, end: End): void {
    const found = this.processes.get(pid);
    if (found === undefined || found.end !== null) return;
    found.end = end;
    for (const callback of found.callbacks.splice(0)) setImmediate(callback, end);
  }
}

export class MemoryDriver implements Driver {
  readonly #machine: MemoryMachine;

  constructor(machine: MemoryMachine) {
    this.#machine = machine;
  }

  runAs(): void {}

  async start(member: MemberName, launch: Launch): Promise<Running> {
    const behaviour = this.#behaviour(launch);
    const running: Running = {
      pid: this.#machine.nextPid(),
      startTime: this.#machine.processes.size + 1,
      log: launch.log,
    };
    this.#machine.processes.set(running.pid, { running, member, launch, callbacks: [], signals: [], end: null });
    this.#machine.files.set(launch.log, `${this.#machine.files.get(launch.log) ?? ""}${launch.argv.join(" ")}\n`);
    if (behaviour.kind === "exits")
      setImmediate(() => this.#machine.kill(running.pid, { code: behaviour.code, signal: null }));
    return running;
  }

  onEnd(running: Running, callback: (end: End) => void): void {
    const found = this.#find(running);
    if (found === undefined || found.end !== null) setImmediate(callback, found?.end ?? { code: null, signal: null });
    else found.callbacks.push(callback);
  }

  isAlive(running: Running): boolean {
    return this.#find(running)?.end === null;
  }

  isFrozen({ pid }: Running): boolean {
    return this.#machine.frozen.has(pid);
  }

  hasRemains(running: Running): boolean {
    return this.isAlive(running);
  }

  killRemains(running: Running): boolean {
    const had = this.isAlive(running);
    if (had) this.#machine.kill(running.pid, { code: null, signal: "SIGKILL" });
    return had;
  }

  signal(running: Running, signal: NodeJS.Signals): void {
    const found = this.#find(running);
    if (found === undefined) return;
    found.signals.push(signal);
    const isStubborn = this.#behaviour(found.launch).kind === "stubborn";
    if (signal === "SIGKILL" || !isStubborn) this.#machine.kill(running.pid, { code: null, signal });
  }

  async run(launch: Launch, options: RunOptions): Promise<Outcome> {
    options.signal.throwIfAborted();
    const behaviour = this.#behaviour(launch);
    this.#machine.ran.push(launch.argv);
    await new Promise((resolve) => setImmediate(resolve));
    if (behaviour.kind === "exits") await behaviour.after;
    if (behaviour.kind === "exits" && options.sink !== undefined) options.sink.end(behaviour.output);
    if (behaviour.kind === "exits")
      return { code: behaviour.code, signal: null, output: behaviour.output, timedOut: false };
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, options.timeout);
      options.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
    options.signal.throwIfAborted();
    return { code: null, signal: "SIGKILL", output: "", timedOut: true };
  }

  async writeFiles(files: readonly RenderedFile[]): Promise<void> {
    for (const { path, content } of files) this.#machine.files.set(path, content);
  }

  async makeDirectory(_path: string, _owner: RunAs, _mode: number): Promise<void> {}

  async removeDirectory(path: string): Promise<void> {
    for (const file of this.#machine.files.keys()) {
      if (file === path || file.startsWith(`${path}/`)) this.#machine.files.delete(file);
    }
  }

  async copyDirectory(from: string, to: string, _owner: RunAs): Promise<void> {
    for (const [file, content] of [...this.#machine.files]) {
      if (file.startsWith(`${from}/`)) this.#machine.files.set(`${to}${file.slice(from.length)}`, content);
    }
  }

  async readText(path: string, atMost?: Bytes): Promise<string | null> {
    return this.#machine.files.get(path)?.slice(-(atMost ?? Number.MAX_SAFE_INTEGER)) ?? null;
  }

  async sizeOf(path: string): Promise<Bytes> {
    return bytes(this.#machine.files.get(path)?.length ?? 0);
  }

  async space(): Promise<Space | null> {
    return this.#machine.space;
  }

  usage(processes: readonly Running[]): ReadonlyMap<number, Usage> {
    return new Map(
      processes
        .filter((running) => this.isAlive(running))
        .map(({ pid }) => [pid, { cpuMillis: 0, memory: bytes(1024) }]),
    );
  }

  connections(): ReadonlyMap<number, number> {
    return new Map();
  }

  withChildren(pid: number): readonly Titled[] {
    return this.#machine
      .alive()
      .filter(({ running }) => running.pid === pid)
      .map(({ running, launch }) => ({ pid, startTime: running.startTime, title: launch.argv.join(" ") }));
  }

  listening(_running: Running): readonly Port[] {
    return [];
  }

  holderOf(port: Port): string | null {
    return this.#machine.takenPorts.get(port) ?? null;
  }

  async isPortFree(port: Port, _host: string): Promise<boolean> {
    return !this.#machine.takenPorts.has(port);
  }

  async reservePort(): Promise<boolean> {
    return true;
  }

  async releasePort(): Promise<void> {}

  async claimPort(): Promise<void> {}

  strays(logs: string, known: readonly Running[]): readonly Stray[] {
    const tracked = new Set(known.map(({ pid }) => pid));
    return this.#machine
      .alive()
      .filter(({ running, launch }) => !tracked.has(running.pid) && launch.log.startsWith(`${logs}/`))
      .map(({ running, member }) => ({ member, running }));
  }

  rotateLog(): void {}

  recordLogTimes(): void {}

  get enforcesLimits(): boolean {
    return true;
  }

  close(): void {}

  #find({ pid, startTime }: Running): MemoryProcess | undefined {
    const found = this.#machine.processes.get(pid);
    return found?.running.startTime === startTime ? found : undefined;
  }

  #behaviour({ argv }: Launch): Behaviour {
    const [program = ""] = argv;
    const behaviour = this.#machine.programs.get(program) ?? { kind: "forever" };
    if (program.startsWith("/missing/"))
      throw new Fault("TF_MISSING_PROGRAM", `${program} could not be started: ENOENT`);
    return behaviour;
  }
}
