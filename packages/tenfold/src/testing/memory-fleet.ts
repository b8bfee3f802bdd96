import { readFileSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryDriver, MemoryMachine } from "../drivers/memory/memory-driver.ts";
import { Engine } from "../engine/engine.ts";
import type { EngineHost } from "../engine/host.ts";
import type { Request } from "../engine/request.ts";
import type { Machine, Program } from "../fleet/machine.ts";
import type { MemberName } from "../fleet/member.ts";
import { SecretsFile } from "../journal/secrets-file.ts";
import { parseSpec } from "../spec/parse.ts";
import type { Spec } from "../spec/spec.ts";
import { mebibytes } from "../units/bytes.ts";
import { type Life, MemoryServices, MemoryTier } from "./memory-services.ts";

const CALLER = { pid: 1, user: "test" };

function program(path: string, version: readonly [number, number, number]): Program {
  return { path, version };
}

const USER = { name: "tester", uid: 1000, gid: 1000, home: "/home/tester" };

const MACHINE: Machine = {
  cores: 2,
  memory: mebibytes(4096),
  users: { engine: USER, service: USER, application: USER },
  programs: {
    haproxy: program("haproxy", [2, 6, 12]),
    nginx: program("nginx", [1, 22, 1]),
    postgres: program("/pg/postgres", [15, 18, 0]),
    pgbouncer: program("pgbouncer", [1, 18, 0]),
    "redis-server": program("redis-server", [7, 0, 15]),
  },
};

/** Makes every call of a dead engine's driver wait forever. */
function mortal(driver: MemoryDriver, life: Life): MemoryDriver {
  return new Proxy(driver, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return life.isOver && ASYNCHRONOUS.has(String(name)) ? () => new Promise(() => {}) : member.bind(target);
    },
  });
}

const ASYNCHRONOUS: ReadonlySet<string> = new Set([
  "start",
  "run",
  "writeFiles",
  "makeDirectory",
  "removeDirectory",
  "copyDirectory",
  "readText",
  "sizeOf",
  "isPortFree",
]);

/** A spec from what a file would hold. */
export function specOf(file: unknown): Spec {
  const parsed = parseSpec(file, "shop");
  if (!parsed.ok) throw new Error(parsed.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return parsed.value;
}

export const FULL_FILE = {
  name: "shop",
  web: { command: ["serve"], instances: 3 },
  workers: { reports: { command: ["work"], instances: { min: 1, max: 4 } } },
  scheduler: { command: ["schedule"] },
  release: ["migrate"],
  postgres: { replicas: 2 },
  redis: { replicas: 1 },
} as const;

/**
 * A fleet on a machine in memory, with an engine that decides for real: what it decides, journals and resumes is tested
 * without a process. The machine and the data tier outlive engines.
 */
export class MemoryFleet implements AsyncDisposable {
  readonly directory: string;
  readonly machine: MemoryMachine = new MemoryMachine();
  readonly tier: MemoryTier;
  /** What stands for the content of the project's files. */
  code = "first";
  /** Milliseconds that its clock is ahead of the machine's. */
  ahead = 0;
  readonly #engines: { readonly engine: Engine; readonly life: Life }[] = [];

  private constructor(directory: string) {
    this.directory = directory;
    this.tier = new MemoryTier(this.machine);
    for (const name of ["migrate", "initdb", "/pg/initdb", "cp", "mv"])
      this.machine.programs.set(name, { kind: "exits", code: 0, output: "" });
  }

  static async create(): Promise<MemoryFleet> {
    const directory = await mkdtemp(join(tmpdir(), "tenfold-memory-"));
    await mkdir(`${directory}/.tenfold`);
    return new MemoryFleet(directory);
  }

  #hostFor(life: Life): EngineHost {
    const { directory, machine, tier } = this;
    return {
      now: () => Date.now() + this.ahead,
      bootId: () => "boot",
      observe: async () => ({
        machine: MACHINE,
        paths: {
          project: directory,
          state: `${directory}/.tenfold`,
          home: `${directory}/.tenfold`,
          run: `${directory}/.tenfold/run`,
        },
        notes: [],
      }),
      makeDirectories: async () => {},
      createDriver: () => mortal(new MemoryDriver(machine), life),
      createServices: () => new MemoryServices(tier, life),
      createReleases: () => ({
        take: async (release) => ({ directory: `${directory}/releases/${release}`, hash: this.code }),
        remove: async () => {},
      }),
      openSecrets: () => new SecretsFile(`${directory}/.tenfold`),
    };
  }

  /** An engine that goes on where the last one stopped. */
  async engine(): Promise<Engine> {
    const life: Life = { isOver: false };
    const engine = new Engine(this.directory, this.#hostFor(life));
    this.#engines.push({ engine, life });
    await engine.open();
    return engine;
  }

  get #state(): string {
    return `${this.directory}/.tenfold/state.json`;
  }

  /** What the next engine would find. */
  get written(): string {
    return readFileSync(this.#state, "utf8");
  }

  /** What SIGKILL does to an engine: it does nothing more, and what it had not yet written is not written. */
  async kill(engine: Engine): Promise<void> {
    const known = this.#engines.find((one) => one.engine === engine);
    const { written } = this;
    if (known !== undefined) known.life.isOver = true;
    await engine.close();
    writeFileSync(this.#state, written);
  }

  up(engine: Engine, file: unknown, web: number | null = null): Promise<void> {
    const up = { spec: specOf(file), directory: this.directory, environment: {}, inherited: { PATH: "/bin" }, web };
    return this.run(engine, { name: "up", up });
  }

  run(engine: Engine, request: Request): Promise<void> {
    return engine.run(request, CALLER, false);
  }

  /** The steps that a request would take. */
  async plan(engine: Engine, request: Request): Promise<readonly string[]> {
    let steps: readonly string[] = [];
    const unsubscribe = engine.events.subscribe((event) => {
      if (event.kind === "operation") steps = event.steps;
    });
    await engine.run(request, CALLER, true).finally(unsubscribe);
    return steps;
  }

  /** Names of the members whose processes are alive, sorted. */
  alive(): MemberName[] {
    return this.machine
      .alive()
      .map(({ member }) => member)
      .sort();
  }

  pidOf(name: string): number {
    const found = this.machine.alive().find(({ member }) => member === name);
    if (found === undefined) throw new Error(`${name} does not run`);
    return found.running.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { engine } of this.#engines) await engine.close();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }
}
