import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { edgeOf, type Fleet, resolveFleet, routerOf } from "../../src/fleet/fleet.ts";
import type { Launch, Rendering } from "../../src/fleet/launch.ts";
import type { User } from "../../src/fleet/machine.ts";
import type { Member, MemberName } from "../../src/fleet/member.ts";
import type { Paths } from "../../src/fleet/paths.ts";
import { memberPort } from "../../src/fleet/ports.ts";
import type { Running, Topology } from "../../src/fleet/state.ts";
import { renderBalancer } from "../../src/render/edge/balancer.ts";
import { type Balancer, createBalancer } from "../../src/services/balancer/balancer.ts";
import type { Context } from "../../src/services/service.ts";
import { freePort } from "../../src/testing/free-port.ts";
import { millis } from "../../src/units/millis.ts";
import { LabDriver } from "./driver.ts";
import { testFleet, web } from "./fleet.ts";
import { type Reply, type Visit, visit } from "./visitor.ts";

const INSTANCE = new URL("./instance.ts", import.meta.url).pathname;

/** Ports that nobody listens on, all different. */
async function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}

/** Waits until a condition no longer throws; the last error is what is told when the time is up. */
export async function untilPasses<T>(condition: () => T | Promise<T>, within = 10_000): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    try {
      return await condition();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(10);
    }
  }
}

export function currentUser(): User {
  const { username, uid, gid, homedir } = userInfo();
  return { name: username, uid, gid, home: homedir };
}

/** A balancer and instances, all real, in a directory of their own; leaves nothing behind. */
export class Lab implements AsyncDisposable {
  readonly driver: LabDriver = new LabDriver(currentUser());
  readonly directory: string = mkdtempSync(join(tmpdir(), "tenfold-edge-"));
  readonly journal: string = join(this.directory, "journal");
  readonly balancer: Balancer = createBalancer();
  readonly instances: Map<MemberName, Running> = new Map();
  readonly processes: Map<MemberName, Running> = new Map();
  readonly abort: AbortController = new AbortController();
  /** What the engine's own probes would have found. */
  unwell: readonly MemberName[] = [];
  fleet: Fleet;

  private constructor(fleet: (paths: Paths) => Fleet) {
    const home = this.directory;
    this.fleet = fleet({ project: home, state: home, home, run: join(home, "run") });
    for (const part of ["config", "data", "logs", "run"]) mkdirSync(join(home, part));
  }

  /** With ports for `slots` instances. Nothing runs yet. */
  static async open(file: Readonly<Record<string, unknown>>, slots = 3): Promise<Lab> {
    const [app = 0, metrics = 0, redis = 0, postgres = 0, ...rest] = await freePorts(slots + 20);
    const ports: Record<string, number> = { app, "balancer-1/metrics": metrics };
    for (const front of ["balancer-1", "balancer-3"]) {
      ports[`${front}/redis`] = redis;
      ports[`${front}/postgres`] = postgres;
    }
    for (let index = 1; index <= slots; index += 1) ports[web(index)] = rest.pop() ?? 0;
    for (const name of ["redis-1", "redis-2", "redis-3", "postgres-1", "postgres-2"]) ports[name] = rest.pop() ?? 0;
    const user = currentUser();
    const input = { web: { command: "serve", health: { path: "/health", interval: "200ms" }, slowStart: 0 }, ...file };
    return new Lab((paths) => testFleet({ file: input, paths, ports, user }));
  }

  get context(): Context {
    return { fleet: this.fleet, driver: this.driver, signal: this.abort.signal, unwell: this.unwell };
  }

  get port(): number {
    return this.member("balancer-1").port ?? 0;
  }

  member(name: string): Member {
    const found = this.fleet.members.find((member) => member.name === name);
    if (found === undefined) throw new Error(`no member ${name}`);
    return found;
  }

  webMember(index: number): Member {
    return (
      this.fleet.members.find(({ name }) => name === web(index)) ?? {
        ...this.member("web-1"),
        name: web(index),
        index,
        port: this.fleet.ports[memberPort(web(index))] ?? null,
      }
    );
  }

  decide(topology: Partial<Topology>): void {
    this.fleet = resolveFleet({ ...this.fleet, topology: { ...this.fleet.topology, ...topology } });
  }

  launch(name: MemberName, argv: readonly string[], env: Record<string, string> = {}): Launch {
    return {
      argv,
      env,
      cwd: this.directory,
      runAs: "service",
      log: join(this.directory, "logs", `${name}.log`),
      stop: { signal: "SIGTERM", grace: millis(1000) },
      memory: false,
      cpu: false,
    };
  }

  /** Starts instances by number and waits until each answers. */
  async startInstances(...indexes: readonly number[]): Promise<void> {
    await Promise.all(
      indexes.map(async (index) => {
        const name = web(index);
        const port = String(this.fleet.ports[memberPort(name)]);
        const env = { PORT: port, INSTANCE_ID: name, JOURNAL: this.journal };
        this.instances.set(name, await this.driver.start(name, this.launch(name, [process.execPath, INSTANCE], env)));
        await untilPasses(() => this.askInstance(index, "/health"));
      }),
    );
  }

  /** Past the balancer. */
  askInstance(index: number, path: string): Promise<Reply> {
    return visit({ port: this.fleet.ports[memberPort(web(index))] ?? 0, path });
  }

  stopInstance(index: number, signal: NodeJS.Signals = "SIGKILL"): void {
    const running = this.instances.get(web(index));
    if (running !== undefined) this.driver.signal(running, signal, "leader");
  }

  /** The balancers that requests pass through: one, or two with nginx. */
  get requestBalancers(): Member[] {
    return [...new Set([edgeOf(), routerOf(this.fleet.spec)])].map((name) => this.member(name));
  }

  /** The balancer that knows the instances. */
  get router(): Member {
    return this.member(routerOf(this.fleet.spec));
  }

  /** Starts what requests pass through. */
  async startBalancer(): Promise<void> {
    await Promise.all(this.requestBalancers.map(({ name }) => this.startOne(name)));
  }

  /** Starts a balancer as the engine would, and waits until its probe passes. */
  async startOne(name: string): Promise<void> {
    const member = this.member(name);
    await this.balancer.adapter.prepare?.(this.context, member);
    const rendering: Rendering = renderBalancer(this.fleet, member);
    await this.driver.writeFiles(rendering.files);
    this.processes.set(member.name, await this.driver.start(member.name, rendering.launch));
    await this.untilReady(name);
  }

  async untilReady(name: string): Promise<void> {
    await untilPasses(async () => {
      const probe = await this.balancer.adapter.probe(this.context, this.member(name));
      assert.ok(probe.ready, `${JSON.stringify(probe)}\n${this.log(name)}`);
    });
  }

  async serve(...indexes: readonly number[]): Promise<void> {
    this.decide({ serving: indexes.map(web) });
    await this.balancer.control.serve(this.context);
  }

  visit(input: Omit<Visit, "port"> = {}): Promise<Reply> {
    return visit({ port: this.port, ...input });
  }

  /** The logs of all that requests pass through. */
  get balancerLog(): string {
    return this.requestBalancers.map(({ name }) => this.log(name)).join("\n");
  }

  log(name: string): string {
    try {
      return readFileSync(join(this.directory, "logs", `${name}.log`), "utf8");
    } catch {
      return "";
    }
  }

  /** What instances were asked: `web-1 GET /`. */
  asked(): { at: number; instance: string; request: string }[] {
    let text = "";
    try {
      text = readFileSync(this.journal, "utf8");
    } catch {
      return [];
    }
    return text
      .trimEnd()
      .split("\n")
      .map((line) => {
        const [at, instance = "", ...request] = line.split(" ");
        return { at: Number(at), instance, request: request.join(" ") };
      });
  }

  /** Lets the instances answer what asked for `/held`. */
  release(): void {
    writeFileSync(`${this.journal}.released`, "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort.abort();
    const left = await this.driver.killAll();
    rmSync(this.directory, { recursive: true, force: true });
    assert.deepEqual(left, [], "processes were left behind");
  }
}
