import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type FaultReport,
  type Fleet,
  type Health,
  type Member,
  parseFault,
  parseFleet,
  parseHealth,
} from "./contract.ts";
import { eventually } from "./eventually.ts";
import { listeners, processes, processesOf, socketsOf } from "./processes.ts";
import { type Finished, ROOT, type RunOptions, run, Started } from "./program.ts";

type Options = Omit<RunOptions, "cwd">;

export interface ProjectOptions {
  /** Contents by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** The directory's own name, and others above it. */
  readonly name?: string;
}

/** Where a fleet keeps what, as it wrote it down; the project's own directory when there is no fleet. */
interface Footprint {
  readonly directories: readonly string[];
  readonly ports: readonly number[];
}

/**
 * A directory with an application, and the fleet that tests make of it through the command line. When it is disposed of
 * the fleet goes down with its data, and it is an error if a process, a port or a file is left.
 */
export class Project implements AsyncDisposable {
  readonly directory: string;
  readonly #root: string;
  readonly #started: Started[] = [];
  #abandoned = false;

  constructor(root: string, directory: string) {
    this.#root = root;
    this.directory = directory;
  }

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts);
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(this.path(name)), { recursive: true });
      await writeFile(this.path(name), text);
    }
  }

  /** Runs `tenfold` with these words to its end, however that is. */
  run(words: readonly string[], options: Options = {}): Promise<Finished> {
    return run(words, { cwd: this.directory, ...options });
  }

  /** Runs `tenfold` with these words; it has to succeed. */
  async tenfold(...words: readonly string[]): Promise<Finished> {
    const finished = await this.run(words);
    assert.equal(
      finished.code,
      0,
      `tenfold ${words.join(" ")}: ${finished.stdout}${finished.stderr}${this.#journal()}`,
    );
    return finished;
  }

  /** Runs `tenfold` with these words and `--json`; gives the fault that it has to end with. */
  async fault(words: readonly string[], options: Options = {}): Promise<FaultReport & { readonly exit: number }> {
    const { code, stdout, stderr } = await this.run([...words, "--json"], options);
    assert.notEqual(code, 0, `tenfold ${words.join(" ")} succeeded: ${stdout}${stderr}`);
    return { ...parseFault(stdout), exit: code };
  }

  /** Starts `tenfold` and goes on. It is killed with the project at the latest. */
  start(words: readonly string[], options: Options = {}): Started {
    const started = new Started(words, { cwd: this.directory, ...options });
    this.#started.push(started);
    return started;
  }

  up(...words: readonly string[]): Promise<Finished> {
    return this.tenfold("up", "-d", ...words);
  }

  async ps(): Promise<Fleet> {
    return parseFleet((await this.tenfold("ps", "--json")).stdout);
  }

  async health(): Promise<Health> {
    return parseHealth((await this.run(["health", "--json"])).stdout);
  }

  async member(name: string): Promise<Member> {
    const { members } = await this.ps();
    const found = members.find((member) => member.name === name);
    assert.ok(found !== undefined, `no ${name} among ${members.map((member) => member.name).join(", ")}`);
    return found;
  }

  /** Waits until every member is ready. */
  async healthy(withinMs?: number): Promise<Fleet> {
    return eventually(
      "a healthy fleet",
      async () => {
        const fleet = await this.ps();
        const bad = fleet.members.filter(({ state }) => state !== "ready");
        if (fleet.state !== "healthy" || bad.length > 0) throw new Error(`${fleet.state}: ${JSON.stringify(bad)}`);
        return fleet;
      },
      withinMs,
    );
  }

  /** A variable that the application gets. */
  async variable(name: string): Promise<string> {
    return (await this.tenfold("exec", "printenv", name)).stdout.trim();
  }

  /** Who starts the engine again when it is killed; `null` when nobody does. */
  get guardian(): number | null {
    const path = this.path(".tenfold", "guardian.pid");
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { pid: number }).pid : null;
  }

  /** The engine's pid. */
  get engine(): number {
    const lock: unknown = JSON.parse(readFileSync(this.path(".tenfold", "engine.lock"), "utf8"));
    assert.ok(typeof lock === "object" && lock !== null && "pid" in lock && typeof lock.pid === "number");
    return lock.pid;
  }

  /** The state as it was written, for a look behind the scenes. */
  get state(): Readonly<Record<string, unknown>> {
    return (JSON.parse(readFileSync(this.path(".tenfold", "state.json"), "utf8")) as { state: Record<string, unknown> })
      .state;
  }

  /** The test has damaged what `down` needs: what runs is killed in the end. */
  abandon(): void {
    this.#abandoned = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const started of this.#started) await started[Symbol.asyncDispose]();
    const footprint = this.#footprint();
    const problems: string[] = [];
    if (existsSync(this.path(".tenfold")) && !this.#abandoned) {
      const { code, stdout, stderr } = await this.run(["down", "--volumes", "-y"]);
      if (code !== 0) problems.push(`down ended with ${code}: ${stdout}${stderr}`);
      else problems.push(...(await this.#leaks(footprint)));
    }
    for (const { pid } of processesOf([this.#root, ...footprint.directories])) killIfAlive(pid);
    for (const directory of footprint.directories) await rm(directory, { recursive: true, force: true });
    await rm(this.#root, { recursive: true, force: true, maxRetries: 5 });
    assert.deepEqual(problems, []);
  }

  #footprint(): Footprint {
    try {
      const { paths, ports } = this.state as { paths: Record<string, string>; ports: Record<string, number> };
      const elsewhere = [paths.home, paths.run].filter((path) => path !== undefined && !path.startsWith(this.#root));
      return { directories: elsewhere as string[], ports: Object.values(ports) };
    } catch {
      return { directories: [], ports: [] };
    }
  }

  async #leaks({ directories, ports }: Footprint): Promise<string[]> {
    let left: string[] = [];
    const look = (): boolean => {
      const open = listeners().filter(({ port }) => ports.includes(port));
      const own = processesOf([this.directory, ...directories]);
      const pids = new Set(own.map(({ pid }) => pid));
      // Another test's fleet may have taken a port as soon as it was free.
      const others = socketsOf(processes().flatMap(({ pid }) => (pids.has(pid) ? [] : [pid])));
      left = [
        ...own.map(({ pid, command }) => `left ${command} (pid ${pid})`),
        ...open.flatMap(({ port, inode }) => (others.has(inode) ? [] : [`left port ${port} open`])),
        ...[this.path(".tenfold"), ...directories].flatMap((path) => (existsSync(path) ? [`left ${path}`] : [])),
      ];
      return left.length === 0;
    };
    await eventually("nothing is left", look, 3_000).catch(() => {});
    return left;
  }

  /** The end of what the engine wrote down, for a failure's message. */
  #journal(): string {
    const end = (name: string): string => {
      try {
        return readFileSync(this.path(".tenfold", name), "utf8").split("\n").slice(-25).join("\n");
      } catch {
        return "";
      }
    };
    return `\n${end("journal.jsonl")}\n${end("engine.log")}`;
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** A project of its own, in a directory that the services' user can reach. */
export async function createProject({ files = {}, name = "shop" }: ProjectOptions = {}): Promise<Project> {
  const root = await mkdtemp(join(tmpdir(), "p-"));
  await chmod(root, 0o755);
  const project = new Project(root, join(root, name));
  await mkdir(project.directory, { recursive: true });
  await project.write(files);
  return project;
}

/** The example, copied, with the packages that it needs. */
export async function createExample(): Promise<Project> {
  const project = await createProject({ name: "tutormax" });
  const from = join(ROOT, "examples", "tutormax");
  await cp(from, project.directory, {
    recursive: true,
    filter: (path) => !path.includes(`${from}/node_modules`) && !path.includes(`${from}/.tenfold`),
  });
  await symlink(join(ROOT, "node_modules"), project.path("node_modules"));
  return project;
}
