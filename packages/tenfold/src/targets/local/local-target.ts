import { existsSync } from "node:fs";
import type {
  BackupsReport,
  FleetEvent,
  FleetReport,
  HealthReport,
  LoadDiagnosis,
  ReleasesReport,
} from "@tenfold/protocol";
import type { UpRequest } from "../../engine/intent.ts";
import { reportReleases } from "../../engine/report.ts";
import type { Request } from "../../engine/request.ts";
import { Fault } from "../../fault/fault.ts";
import type { MemberName } from "../../fleet/member.ts";
import { selectMembers } from "../../fleet/select.ts";
import { VERSION } from "../../fleet/version.ts";
import type { StoredState } from "../../journal/state.ts";
import { StateFile } from "../../journal/state-file.ts";
import type { Spec } from "../../spec/spec.ts";
import type { Millis } from "../../units/millis.ts";
import type {
  BackupOrder,
  DeployOrder,
  DownOptions,
  ImportOrder,
  LogLine,
  LogQuery,
  PrimarySocket,
  RestoreOrder,
  ScaleOrder,
  Target,
  UpOrder,
  Watch,
} from "../target.ts";
import { EngineClient } from "./client.ts";
import { engineEnds, leaveNothing, removeFiles } from "./engine-files.ts";
import { giveOrder } from "./give-order.ts";
import { keptBackups } from "./kept-backups.ts";
import { LocalBreaker } from "./local-breaker.ts";
import { readLogs } from "./log-files.ts";
import { primarySocketOf } from "./primary-socket.ts";
import { controlSocket } from "./socket.ts";
import { type EngineProgram, startEngine } from "./start-engine.ts";

export interface LocalParts {
  /** The project's directory, absolute. */
  readonly directory: string;
  readonly program: EngineProgram;
  /** Whether a stored fleet may still have processes on this machine: same boot, and one of them alive. */
  readonly mayRun: (state: StoredState) => boolean;
}

const ENGINE_ANSWERS_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 20;

/** A fleet of processes on this machine, looked after by an engine that is started where it is missing. */
export class LocalTarget implements Target {
  readonly notes: string[] = [];
  readonly breaker: LocalBreaker;
  readonly #parts: LocalParts;
  readonly #client: EngineClient;
  #expected: Promise<void> | undefined;

  constructor(parts: LocalParts) {
    this.#parts = parts;
    this.#client = new EngineClient(controlSocket(parts.directory));
    this.breaker = new LocalBreaker({
      directory: parts.directory,
      member: async (name) => (await this.ps()).members.find((member) => member.name === name)?.pid ?? null,
      engine: async () => (await this.#client.version())?.pid ?? null,
    });
  }

  /** Only where a fleet was before: a directory whose file turns out to be wrong stays as it is. */
  expect(): void {
    if (!existsSync(`${this.#parts.directory}/.tenfold/state.json`)) return;
    this.#expected = this.#bringEngine();
    // Whoever gives the order is told.
    this.#expected.catch(() => {});
  }

  async up(order: UpOrder, watch: Watch): Promise<void> {
    const isFirst = !existsSync(`${this.#parts.directory}/.tenfold`);
    await this.#ensureEngine();
    try {
      await this.#order({ name: "up", up: { ...order, directory: this.#parts.directory } }, watch);
    } finally {
      if (watch.dryRun && isFirst) await leaveNothing(this.#parts.directory, () => this.#stored());
    }
  }

  async scale(orders: readonly ScaleOrder[], watch: Watch, lasting?: number): Promise<void> {
    await this.#needEngine();
    await this.#order({ name: "scale", changes: orders, ...(lasting === undefined ? {} : { lasting }) }, watch);
  }

  async restart(names: readonly string[], watch: Watch): Promise<void> {
    await this.#needEngine();
    const { members } = await this.ps();
    const chosen = selectMembers(members, names).map(({ name }) => name as MemberName);
    await this.#order({ name: "restart", members: chosen }, watch);
  }

  async failover(service: "postgres" | "redis", to: string | null, watch: Watch): Promise<void> {
    await this.#needEngine();
    if (to !== null) selectMembers((await this.ps()).members, [to]);
    await this.#order({ name: "failover", service, to: to as MemberName | null }, watch);
  }

  async deploy(order: DeployOrder, watch: Watch): Promise<void> {
    await this.#needEngine();
    await this.#order({ name: "deploy", deploy: { ...order, directory: this.#parts.directory } }, watch);
  }

  async promote(watch: Watch): Promise<void> {
    await this.#needEngine();
    await this.#order({ name: "promote" }, watch);
  }

  async rollback(to: number | null, watch: Watch): Promise<void> {
    await this.#needEngine();
    await this.#order({ name: "rollback", to }, watch);
  }

  async releases(): Promise<ReleasesReport> {
    const state = this.#stored();
    if (state === null) throw this.#neverStarted();
    return reportReleases(state);
  }

  async backup(order: BackupOrder, watch: Watch): Promise<void> {
    await this.#needEngine();
    await this.#order({ name: "backup", backup: order }, watch);
  }

  async backups(load: () => Promise<UpOrder>): Promise<BackupsReport> {
    const order = await this.#unlessStored(load);
    await this.#ensureEngine();
    return this.#client.post<BackupsReport>("/v1/backups", order);
  }

  async restore({ load, ...order }: RestoreOrder, watch: Watch): Promise<void> {
    const up = await this.#unlessStored(load);
    await this.#ensureEngine();
    await this.#order({ name: "restore", restore: { ...order, up } }, watch);
  }

  async import(order: ImportOrder, watch: Watch): Promise<void> {
    await this.#needEngine();
    await this.#order({ name: "import", dump: order }, watch);
  }

  async down({ volumes, isUndo = false }: DownOptions, watch: Watch): Promise<void> {
    const state = this.#stored();
    if (volumes && !watch.dryRun && !isUndo && state !== null)
      this.notes.push(...(await keptBackups(() => this.backups(() => Promise.reject(new Error("there is a fleet"))))));
    const isThere = await this.#findEngine();
    if (isThere) await this.#order({ name: "down" }, watch);
    if (watch.dryRun) return;
    // One that does not answer any more may still write its last words.
    if (isThere || volumes) await engineEnds(this.#parts.directory);
    if (volumes) await removeFiles(this.#parts.directory, state);
  }

  async ps(): Promise<FleetReport> {
    const state = this.#stored();
    const report = (await this.#findEngine()) ? await this.#client.get<FleetReport | null>("/v1/ps") : null;
    if (
      report !== null &&
      (state === null || state.wanted === "running" || report.members.some(({ pid }) => pid !== null))
    )
      return report;
    if (state === null) throw this.#neverStarted();
    return { version: 1, fleet: state.spec.name, state: "down", release: state.release, urls: {}, members: [] };
  }

  async health(): Promise<HealthReport> {
    const { state, members } = await this.ps();
    if (members.length > 0) return this.#client.get<HealthReport>("/v1/health");
    return { version: 1, status: state, checks: [] };
  }

  async loadDiagnosis(lasting: Millis): Promise<LoadDiagnosis> {
    await this.#needEngine();
    return this.#client.get<LoadDiagnosis>(`/v1/load?lasting=${lasting}`);
  }

  async environment(member: string | null): Promise<Readonly<Record<string, string>>> {
    await this.#needEngine();
    if (member !== null) selectMembers((await this.ps()).members, [member]);
    const query = member === null ? "" : `?member=${encodeURIComponent(member)}`;
    return this.#client.get<Record<string, string>>(`/v1/environment${query}`);
  }

  async primarySocket(): Promise<PrimarySocket | null> {
    return primarySocketOf(await this.ps(), this.#stored());
  }

  async spec(): Promise<Spec> {
    const state = this.#stored();
    if (state === null) throw this.#neverStarted();
    return state.spec;
  }

  async events(onEvent: (event: FleetEvent) => void, signal: AbortSignal): Promise<void> {
    try {
      await this.#client.follow(onEvent, signal);
    } catch (error) {
      const isAbsent = error instanceof Fault && (error.code === "TF_NOT_RUNNING" || error.code === "TF_ENGINE_GONE");
      if (!isAbsent) throw error;
    }
  }

  async logs(query: LogQuery, onLine: (line: LogLine) => void, signal: AbortSignal): Promise<void> {
    const state = this.#stored();
    if (state === null) throw this.#neverStarted();
    const known = query.members.length === 0 ? [] : (await this.ps()).members.map(({ name }) => name);
    await readLogs(`${state.paths.home}/logs`, { ...query, known }, onLine, signal);
  }

  /** What the file says, where there is no fleet that knows it already. */
  async #unlessStored(load: () => Promise<UpOrder>): Promise<UpRequest | null> {
    return this.#stored() === null ? { ...(await load()), directory: this.#parts.directory } : null;
  }

  #neverStarted(): Fault {
    return new Fault("TF_NOT_RUNNING", `no fleet was ever started in ${this.#parts.directory}`, {
      hint: "start one: tenfold up",
    });
  }

  #stored(): StoredState | null {
    const read = new StateFile(`${this.#parts.directory}/.tenfold`).peek();
    return read.found === "nothing" ? null : read.state;
  }

  #order(request: Request, watch: Watch): Promise<void> {
    return giveOrder(this.#client, request, watch);
  }

  /** Fault: TF_NOT_RUNNING. */
  async #needEngine(): Promise<void> {
    if (await this.#findEngine()) return;
    throw this.#stored() === null
      ? this.#neverStarted()
      : new Fault("TF_NOT_RUNNING", `the fleet in ${this.#parts.directory} is down`, { hint: "start it: tenfold up" });
  }

  /** Whether an engine answers; one that died while its fleet runs is started again. */
  async #findEngine(): Promise<boolean> {
    const version = await this.#client.version();
    if (version !== null && version.version === VERSION) return true;
    if (version !== null) {
      this.notes.push(
        `the engine is of Tenfold ${version.version}; it is replaced by one of ${VERSION}, and the fleet goes on`,
      );
      await this.#client.post("/v1/exit", {});
      await engineEnds(this.#parts.directory);
      await this.#start();
      return true;
    }
    const state = this.#stored();
    if (state === null || !this.#parts.mayRun(state)) return false;
    this.notes.push("the engine was not running; it was started again and took the running fleet over");
    await this.#start();
    return true;
  }

  #ensureEngine(): Promise<void> {
    const expected = this.#expected ?? this.#bringEngine();
    this.#expected = undefined;
    return expected;
  }

  async #bringEngine(): Promise<void> {
    if (!(await this.#findEngine())) await this.#start();
  }

  async #start(): Promise<void> {
    this.notes.push(...(await startEngine(this.#parts.directory, this.#parts.program)));
    const deadline = Date.now() + ENGINE_ANSWERS_WITHIN_MS;
    // Another engine may hold the lock and not listen yet.
    while ((await this.#client.version()) === null) {
      if (Date.now() > deadline)
        throw new Fault("TF_ENGINE_START", "another engine holds the lock and does not answer", {
          hint: "look at .tenfold/engine.log",
        });
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}
