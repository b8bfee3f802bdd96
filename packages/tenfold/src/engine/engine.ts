import type { BackupsReport, FleetReport, HealthReport, LoadDiagnosis, ReleasesReport } from "@tenfold/protocol";
import { Fault } from "../fault/fault.ts";
import { applicationEnvironment, type Environment } from "../fleet/environment.ts";
import { edgeOf } from "../fleet/fleet.ts";
import type { Machine } from "../fleet/machine.ts";
import type { MemberName } from "../fleet/member.ts";
import type { Observation } from "../fleet/observation.ts";
import { APP_PORT, METRICS_PORT } from "../fleet/ports.ts";
import type { Standing } from "../fleet/standing.ts";
import { History } from "../journal/history.ts";
import type { StoredState } from "../journal/state.ts";
import { StateFile } from "../journal/state-file.ts";
import type { Port } from "../units/port.ts";
import { type BackupParts, performBackup, performDueBackup } from "./backup.ts";
import { reportBackups } from "./backup-report.ts";
import { Events } from "./events.ts";
import type { EngineHost } from "./host.ts";
import type { UpRequest } from "./intent.ts";
import { observedLoad } from "./load-diagnosis.ts";
import { type Caller, ENGINE, ENGINE_FIRMLY, Operations } from "./operation.ts";
import { OwnAccord } from "./own-accord.ts";
import { reportFleet, reportHealth, reportLatency, reportReleases, reportScaling } from "./report.ts";
import type { Request, RequestContext } from "./request.ts";
import { performOnFleet, performUp } from "./requests.ts";
import { carryRestore, performRestore } from "./restore.ts";
import { carryThrough, type RolloutParts } from "./rollout.ts";
import { assembleFleet, type RunningFleet } from "./running-fleet.ts";
import { observeStanding } from "./standing.ts";
import { Store } from "./store.ts";
import type { Supervisor } from "./supervisor.ts";
import { unreadQueues } from "./unread-queues.ts";

/** The engine of one project directory. Not in the data path: when it ends, what it started goes on. */
export class Engine {
  readonly events: Events = new Events();
  readonly operations: Operations;
  /** Backups, which hold up nothing else and are held up by nothing. */
  readonly copies: Operations;
  readonly #directory: string;
  readonly #host: EngineHost;
  readonly #file: StateFile;
  readonly #history: History;
  readonly #own: OwnAccord;
  #fleet: RunningFleet | null = null;
  #resumed: Promise<void> = Promise.resolve();
  /** Settles when nothing is left of a try that an earlier engine had begun. */
  #tidied: Promise<void> = Promise.resolve();

  /** `directory` is the project's; its `.tenfold` exists. */
  constructor(directory: string, host: EngineHost) {
    this.#directory = directory;
    this.#host = host;
    this.#file = new StateFile(`${directory}/.tenfold`);
    this.#history = new History(`${directory}/.tenfold`);
    const parts = { events: this.events, history: this.#history, now: host.now };
    this.operations = new Operations(parts);
    this.#own = new OwnAccord({
      operations: this.operations,
      fleet: () => this.#fleet,
      now: host.now,
      note: (text) => this.#note(text),
      tell: (error) => this.#tell(error),
    });
    this.copies = new Operations(parts);
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
    const path = this.#host.openSecrets().environment(read.state.release).PATH;
    const { machine } = await this.#host.observe(read.state.spec, this.#directory, path);
    const { supervisor } = this.#assemble(read.state, machine);
    if (read.state.bootId !== this.#host.bootId()) return;
    const adopted = await supervisor.adopt();
    const port = read.state.ports[APP_PORT];
    if (port !== undefined && supervisor.members.isAlive(edgeOf())) await supervisor.members.driver.claimPort(port);
    if (adopted.length > 0) this.#note(`adopted ${adopted.length} members that were running`);
    await supervisor.syncTraffic().catch((error: unknown) => this.#tell(error));
    const { services } = this.#running();
    this.#tidied = services.backup.tidy(supervisor.members.context()).catch((error: unknown) => this.#tell(error));
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
    return (
      this.operations.current === null &&
      this.copies.current === null &&
      !wanted &&
      keepers.every(({ running }) => running === null)
    );
  }

  /** Carries a request out; events tell of it. Faults: TF_LOCKED, TF_NOT_RUNNING, and those of its steps. */
  async run(request: Request, by: Caller, dryRun: boolean): Promise<void> {
    await this.laneOf(request.name).run(request.name, by, async (operation) => {
      const context: RequestContext = {
        host: this.#host,
        operation,
        dryRun,
        show: (steps) =>
          this.events.emit({ kind: "operation", at: this.#host.now(), id: operation.id, name: request.name, steps }),
        note: (text) => this.#note(text),
      };
      const engine = {
        fleet: this.#fleet,
        assemble: (state: StoredState, machine: Machine) => this.#assemble(state, machine),
      };
      if (request.name === "restore") return performRestore(request.restore, context, engine);
      if (request.name === "backup")
        return performBackup(request.backup, this.#backupParts(dryRun, context.show), operation);
      if (request.name !== "up") return performOnFleet(request, context, this.#running());
      return performUp(request.up, context, engine);
    });
  }

  /** The operations among which one of this name is. */
  laneOf(name: string): Operations {
    return name === "backup" ? this.copies : this.operations;
  }

  /** `null` when no fleet was ever started here. */
  ps(): FleetReport | null {
    if (this.#fleet === null) return null;
    const { supervisor, sampler, autoscaler, observer } = this.#fleet;
    const { members, store } = supervisor;
    return {
      ...reportFleet({ members, store, sampler, now: this.#host.now }),
      scaling: reportScaling(autoscaler.explained),
      ...reportLatency(store.state.spec, observer.latest),
    };
  }

  /** The last look at the whole fleet; `null` before the first. */
  get latestObservation(): Observation | null {
    return this.#fleet?.observer.latest ?? null;
  }

  /** What follows from a look at the fleet: the numbers that move by themselves are decided on. */
  see(now: Observation, before: Observation | null): void {
    this.#running().autoscaler.seen(now, before);
  }

  /** Where Prometheus asks; `null` when no fleet runs. */
  get metricsPort(): Port | null {
    const state = this.#fleet?.supervisor.store.state;
    return state === undefined || state.wanted !== "running" ? null : (state.ports[METRICS_PORT] ?? null);
  }

  /** What the looks of the last so many milliseconds, an hour at most, say of the load. Fault: TF_NOT_RUNNING. */
  async loadDiagnosis(lasting: number): Promise<LoadDiagnosis> {
    return observedLoad(this.#running(), this.#host.now() - lasting);
  }

  /** What is known beside what members do; `null` when no fleet runs. */
  async standing(): Promise<Standing | null> {
    return this.#fleet === null ? null : observeStanding(this.#fleet);
  }

  async health(): Promise<HealthReport | null> {
    const report = this.ps();
    if (report === null) return null;
    const { supervisor, copying, observer } = this.#running();
    const { members, recovery, store } = supervisor;
    const space = await members.driver.space(members.fleet.paths.home);
    const queues = store.state.wanted === "running" ? unreadQueues(observer.all) : [];
    return reportHealth(report, { replication: recovery.replicationProblem, space, backups: copying.problem, queues });
  }

  /** Every release that is kept, the newest first. `null` when no fleet was ever started here. */
  releases(): ReleasesReport | null {
    return this.#fleet === null ? null : reportReleases(this.#fleet.supervisor.store.state);
  }

  /** Every backup that is kept. `request` stands in for a fleet that was never started. Faults: TF_BACKUP_PLACE. */
  backups(request: UpRequest | null): Promise<BackupsReport> {
    if (this.#fleet === null && request === null) this.#running();
    return reportBackups(request, this.#host, this.#fleet);
  }

  /** The environment of a member of the application, or, without one, of its release command. Fault: TF_NOT_RUNNING. */
  environment(name: MemberName | null): Environment {
    const { members } = this.#running().supervisor;
    const member = name === null ? null : (members.find(name) ?? null);
    return applicationEnvironment(members.fleet, { member, release: member?.release ?? members.fleet.release.number });
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
        mend: () => this.#own.mend(),
      },
      this.#host.createReleases(state.paths, machine),
      {
        recycle: (name, reason) => this.#own.recycle(name, reason),
        retire: () => this.#own.retire(),
        scale: (changes) => this.#own.scale(changes),
        hindrance: (group, grows) => this.#own.hindrance(group, grows),
        history: this.#history,
        directory: this.#directory,
        note: (text) => this.#note(text),
        begin: () => this.#beginBackup(),
      },
    );
    return this.#fleet;
  }

  /** Finishes what an earlier engine had begun. */
  async #resume(supervisor: Supervisor): Promise<void> {
    const { wanted, deploy, restore } = supervisor.store.state;
    if (restore !== undefined && restore !== null) {
      this.#note(`going on with the restore of backup ${restore.backup}`);
      const parts = { fleet: this.#running(), note: (text: string) => this.#note(text) };
      return this.#own.run("restore", ENGINE_FIRMLY, (operation) => carryRestore(parts, operation));
    }
    if (wanted === "running" && deploy !== null && deploy.strategy !== "canary") {
      this.#note(`going on with the deploy of release ${deploy.to}`);
      return this.#own.run("deploy", ENGINE_FIRMLY, (operation) =>
        carryThrough(this.#rolloutParts(supervisor), operation),
      );
    }
    const plan = wanted === "running" ? await supervisor.planner.ofConverge() : await supervisor.planner.ofStop();
    if (plan.length === 0) return;
    this.#note(`going on with what was under way: ${plan.length} steps`);
    await this.#own.run("resume", ENGINE, (operation) =>
      wanted === "running" ? supervisor.converge(operation) : supervisor.carryOut(operation, plan, true),
    );
  }

  #rolloutParts(supervisor: Supervisor): RolloutParts {
    return { supervisor, now: this.#host.now, note: (text) => this.#note(text) };
  }

  #backupParts(dryRun: boolean, show: BackupParts["show"]): BackupParts {
    const note = (text: string): void => this.#note(text);
    const { now } = this.#host;
    return { fleet: this.#running(), operations: this.copies, tidied: this.#tidied, now, note, dryRun, show };
  }

  /** Makes the backup that is due. */
  #beginBackup(): void {
    if (this.copies.current !== null || this.operations.current !== null) return;
    void performDueBackup(this.#backupParts(false, () => {})).catch((error: unknown) => this.#tell(error));
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
