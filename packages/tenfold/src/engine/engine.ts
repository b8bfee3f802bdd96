import type { FleetReport, HealthReport } from "@tenfold/protocol";
import { Fault } from "../fault/fault.ts";
import { applicationEnvironment, type Environment } from "../fleet/environment.ts";
import type { Machine } from "../fleet/machine.ts";
import type { MemberName } from "../fleet/member.ts";
import { History } from "../journal/history.ts";
import type { StoredState } from "../journal/state.ts";
import { StateFile } from "../journal/state-file.ts";
import { Events } from "./events.ts";
import type { EngineHost } from "./host.ts";
import { type Caller, ENGINE, Operations } from "./operation.ts";
import { reportFleet, reportHealth } from "./report.ts";
import { performOnFleet, performUp, type Request, type RequestContext } from "./requests.ts";
import { assembleFleet, type RunningFleet } from "./running-fleet.ts";
import { Store } from "./store.ts";
import type { Supervisor } from "./supervisor.ts";

/** The engine of one project directory. Not in the data path: when it ends, what it started goes on. */
export class Engine {
  readonly events: Events = new Events();
  readonly operations: Operations;
  readonly #directory: string;
  readonly #host: EngineHost;
  readonly #file: StateFile;
  readonly #history: History;
  #fleet: RunningFleet | null = null;
  #resumed: Promise<void> = Promise.resolve();

  /** `directory` is the project's; its `.tenfold` exists. */
  constructor(directory: string, host: EngineHost) {
    this.#directory = directory;
    this.#host = host;
    this.#file = new StateFile(`${directory}/.tenfold`);
    this.#history = new History(`${directory}/.tenfold`);
    this.operations = new Operations({ events: this.events, history: this.#history, now: host.now });
  }

  /**
   * Goes on where an earlier engine stopped: adopts what runs, then finishes in the background what was under way.
   * Faults: TF_STATE_NEWER, TF_STATE_DAMAGED.
   */
  async open(): Promise<void> {
    const read = this.#file.read(this.#host.now());
    if (read.found === "nothing") return;
    if (read.found === "previous")
      this.#note(`the newest state was damaged and is kept as ${read.damaged}; its previous copy is used`);
    const { machine } = await this.#host.observe(read.state.spec, this.#directory);
    const { supervisor } = this.#assemble(read.state, machine);
    if (read.state.bootId !== this.#host.bootId()) return;
    const adopted = await supervisor.adopt();
    if (adopted.length > 0) this.#note(`adopted ${adopted.length} members that were running`);
    await supervisor.syncTraffic().catch((error: unknown) => this.#tell(error));
    this.#resumed = this.#resume(supervisor);
  }

  /** Settles when what an earlier engine had begun is finished, or has failed and been told. */
  get resumed(): Promise<void> {
    return this.#resumed;
  }

  /** Whether nobody would miss the engine: nothing runs, and nothing shall. */
  get isIdle(): boolean {
    const keepers = [...(this.#fleet?.supervisor.members.keepers.values() ?? [])];
    const wanted = this.#fleet?.supervisor.store.state.wanted === "running";
    return this.operations.current === null && !wanted && keepers.every(({ running }) => running === null);
  }

  /** Carries a request out; events tell of it. Faults: TF_LOCKED, TF_NOT_RUNNING, and those of its steps. */
  async run(request: Request, by: Caller, dryRun: boolean): Promise<void> {
    await this.operations.run(request.name, by, async (operation) => {
      const context: RequestContext = {
        host: this.#host,
        operation,
        dryRun,
        show: (steps) =>
          this.events.emit({ kind: "operation", at: this.#host.now(), id: operation.id, name: request.name, steps }),
        note: (text) => this.#note(text),
      };
      if (request.name !== "up") return performOnFleet(request, context, this.#running());
      return performUp(request.up, context, {
        fleet: this.#fleet,
        assemble: (state, machine) => this.#assemble(state, machine),
      });
    });
  }

  /** `null` when no fleet was ever started here. */
  ps(): FleetReport | null {
    if (this.#fleet === null) return null;
    const { supervisor, sampler } = this.#fleet;
    return reportFleet({ members: supervisor.members, store: supervisor.store, sampler, now: this.#host.now });
  }

  health(): HealthReport | null {
    const report = this.ps();
    return report === null ? null : reportHealth(report);
  }

  /** The environment of a member of the application, or, without one, of its release command. Fault: TF_NOT_RUNNING. */
  environment(name: MemberName | null): Environment {
    const { members } = this.#running().supervisor;
    const member = name === null ? null : (members.find(name) ?? null);
    return applicationEnvironment(members.fleet, member, {});
  }

  /** Stops looking; what runs goes on. */
  async close(): Promise<void> {
    const fleet = this.#fleet;
    this.#fleet = null;
    await fleet?.close();
  }

  #running(): RunningFleet {
    if (this.#fleet !== null) return this.#fleet;
    throw new Fault("TF_NOT_RUNNING", `no fleet runs in ${this.#directory}`, { hint: "start one: tenfold up" });
  }

  #assemble(state: StoredState, machine: Machine): RunningFleet {
    this.#fleet = assembleFleet(
      {
        store: new Store(this.#file, state),
        driver: this.#host.createDriver(machine, state.id),
        services: this.#host.createServices(),
        secrets: this.#host.openSecrets(),
        machine,
        events: this.events,
        history: this.#history,
        operations: this.operations,
        now: this.#host.now,
      },
      (name, reason) => this.#recycle(name, reason),
    );
    return this.#fleet;
  }

  /** Finishes what an earlier engine had begun. */
  async #resume(supervisor: Supervisor): Promise<void> {
    const isWanted = supervisor.store.state.wanted === "running";
    const plan = isWanted ? await supervisor.planOfConverge() : await supervisor.planOfStop();
    if (plan.length === 0) return;
    this.#note(`going on with what was under way: ${plan.length} steps`);
    await this.operations
      .run("resume", ENGINE, (operation) =>
        isWanted ? supervisor.converge(operation) : supervisor.carryOut(operation, plan, true),
      )
      .catch((error: unknown) => this.#tell(error));
  }

  /** Replaces a member that uses too much. When an operation is under way, the next look will ask again. */
  #recycle(name: MemberName, reason: string): void {
    const { supervisor } = this.#running();
    if (this.operations.current !== null) return;
    this.#note(`${name} ${reason}; it is replaced`);
    void this.operations
      .run("recycle", ENGINE, async (operation) =>
        supervisor.carryOut(operation, await supervisor.planOfRestart([name])),
      )
      .catch((error: unknown) => this.#tell(error));
  }

  #tell(error: unknown): void {
    if (!(error instanceof Fault)) throw error;
    const at = this.#host.now();
    this.events.emit({ kind: "fault", at, fault: error.toJSON() });
    this.#history.append({ at, kind: "engine", subject: error.code, event: "fault", detail: error.message });
  }

  #note(text: string): void {
    const at = this.#host.now();
    this.events.emit({ kind: "note", at, text });
    this.#history.append({ at, kind: "engine", subject: "note", event: text });
  }
}
