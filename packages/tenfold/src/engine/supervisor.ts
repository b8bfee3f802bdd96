import type { Driver } from "../drivers/driver.ts";
import { Fault } from "../fault/fault.ts";
import type { Machine } from "../fleet/machine.ts";
import type { Member, MemberName } from "../fleet/member.ts";
import type { MemberState } from "../fleet/state.ts";
import type { PlannedStep } from "../fleet/step.ts";
import type { History } from "../journal/history.ts";
import type { SecretsFile } from "../journal/secrets-file.ts";
import type { Services } from "../services/service.ts";
import { surgeWanted } from "./desire.ts";
import type { Events } from "./events.ts";
import { execute } from "./execute.ts";
import { Members } from "./members.ts";
import type { Operation, Operations } from "./operation.ts";
import { listOf, Performer, reloadPooler } from "./perform.ts";
import { Planner } from "./planner.ts";
import { Recovery } from "./recovery/recovery.ts";
import type { Store } from "./store.ts";
import { Traffic } from "./traffic.ts";

export interface SupervisorParts {
  readonly store: Store;
  readonly driver: Driver;
  readonly services: Services;
  readonly secrets: SecretsFile;
  readonly machine: Machine;
  readonly events: Events;
  readonly history: History;
  readonly operations: Operations;
  readonly now: () => number;
  /** Something of the fleet may have to be mended by an operation. */
  readonly mend: () => void;
}

const NEVER = new AbortController().signal;
/** Rounds of observe, plan, apply after which a fleet that still differs is told to be so. */
const ROUNDS = 4;

/** What a fleet does between and during operations: keeps members running, directs traffic, carries plans out. */
export class Supervisor {
  readonly members: Members;
  readonly traffic: Traffic;
  readonly store: Store;
  readonly planner: Planner;
  readonly recovery: Recovery;
  readonly #parts: SupervisorParts;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.store = parts.store;
    this.members = new Members({
      ...parts,
      changed: (name, state) => this.#changed(name, state),
      decidesAfterDeath: (name) => this.recovery.decidesAfterDeath(name),
    });
    this.planner = new Planner({ ...parts, members: this.members });
    this.recovery = new Recovery({
      members: this.members,
      services: parts.services,
      store: parts.store,
      now: parts.now,
      tell: (member, stage, detail) => {
        const at = parts.now();
        parts.events.emit({ kind: "repair", at, member, stage, detail });
        parts.history.append({ at, kind: "repair", subject: member, event: stage, detail });
      },
      carryOut: (plan) => this.#beside(plan),
      mend: parts.mend,
      fail: (error) => {
        throw error;
      },
    });
    this.traffic = new Traffic({
      store: parts.store,
      services: parts.services,
      context: () => this.members.context(),
      reloadPooler: () => reloadPooler(this.members, parts.services),
      served: async () => {
        await Promise.all(this.members.ofKind("balancer").map(({ name }) => this.members.keeper(name).refresh()));
      },
    });
  }

  /** Takes over what an earlier engine left running; gives the names. Processes that nobody knows are ended. */
  async adopt(): Promise<MemberName[]> {
    const { driver } = this.#parts;
    const { state } = this.store;
    const adopted: MemberName[] = [];
    for (const { name, running, ...history } of state.members) {
      if (running !== null && driver.isAlive(running)) {
        this.members.keeper(name).adopt(running, history);
        adopted.push(name);
      } else if (running !== null && history.asked === true && driver.hasRemains(running)) {
        this.members.keeper(name).adoptRest(running, history);
        adopted.push(name);
      } else if (running !== null) {
        driver.signal(running, "SIGKILL", "session");
        this.members.changed(name, { state: "stopped", since: this.#parts.now() });
      }
    }
    const known = state.members.flatMap(({ running }) => (running === null ? [] : [running]));
    for (const stray of driver.strays(`${state.paths.home}/logs`, known)) {
      this.#note(
        `${stray.member} (pid ${stray.running.pid}) was started by an engine that could not write it down; it is stopped`,
      );
      const stop = this.members.stopOf(stray.member);
      driver.signal(stray.running, stop.signal, "leader");
    }
    return adopted;
  }

  /** A fleet without a history may have data: whoever led it leads it again. */
  async adoptLeaders(): Promise<void> {
    const { services } = this.#parts;
    const { postgresPrimary, redisMaster } = this.store.state.topology;
    const context = this.members.context();
    const primary = postgresPrimary === null ? null : await services.postgres.leaderOnDisk(context);
    const master = redisMaster === null ? null : await services.redis.leaderOnDisk(context);
    this.store.decideTopology({
      postgresPrimary: primary ?? postgresPrimary,
      redisMaster: master ?? redisMaster,
      // Nobody knows any more whom its commits waited for.
      ...(primary === null ? {} : { postgresVoters: [] }),
    });
    const found = [primary, master].filter((name) => name !== null && name !== postgresPrimary && name !== redisMaster);
    if (found.length > 0)
      this.#note(`there is data of an earlier fleet; ${found.join(" and ")} led it, and will again`);
  }

  /** Observes, plans and applies until the fleet is as it shall be. Faults: those of the steps. */
  async converge(operation: Operation): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      const plan = await this.planner.ofConverge({ withSurge: round === 0 });
      if (plan.length === 0) return;
      await this.#carryOut(operation, plan, false);
    }
  }

  async carryOut(operation: Operation, plan: readonly PlannedStep[], goingDown = false): Promise<void> {
    await this.#carryOut(operation, plan, goingDown);
  }

  /** Makes the balancer and the pooler agree with the state, as after an engine's restart. */
  async syncTraffic(): Promise<void> {
    const { state } = this.store;
    const alive = (names: readonly MemberName[]): MemberName[] => names.filter((name) => this.members.isAlive(name));
    this.store.noteTopology({ serving: alive(state.topology.serving), canary: alive(state.topology.canary) });
    if (this.members.ofKind("balancer").some(({ name }) => this.members.isAlive(name)))
      await this.traffic.sync("balancer");
  }

  /** Starts members of the fleet beside an operation, and sends them requests. Faults: those of the steps. */
  async addBeside({ hurry }: Operation, isNew: (member: Member) => boolean, signal: AbortSignal): Promise<void> {
    await this.#beside(await this.planner.ofAddition(isNew), signal, hurry.signal);
  }

  /** Carries a plan out beside whatever operation is under way: its steps go to the journal only. */
  async #beside(plan: readonly PlannedStep[], signal = NEVER, hurry = NEVER): Promise<void> {
    const performer = this.#performer(hurry, false);
    const { failures } = await execute(plan, {
      signal,
      perform: (step, signal) => performer.perform(step, signal),
      tell: ({ id }, outcome, error) => {
        const detail = error === undefined ? undefined : error instanceof Error ? error.message : String(error);
        this.#parts.history.append({ at: this.#parts.now(), kind: "step", subject: id, event: outcome, detail });
      },
    });
    if (failures[0] !== undefined) throw failures[0].error;
  }

  #performer(hurry: AbortSignal, goingDown: boolean): Performer {
    return new Performer({
      members: this.members,
      services: this.#parts.services,
      traffic: this.traffic,
      store: this.store,
      note: (text) => this.#note(text),
      hurry,
      goingDown,
    });
  }

  async #carryOut(operation: Operation, plan: readonly PlannedStep[], goingDown: boolean): Promise<void> {
    const performer = this.#performer(operation.hurry.signal, goingDown);
    // Steps may name surge instances; those that none names are never started.
    this.members.surge = surgeWanted(this.store.state);
    try {
      await this.#parts.operations.carryOut(operation, plan, performer);
    } finally {
      this.members.surge = 0;
      if (!goingDown) this.#stay();
    }
  }

  /** Whoever was leaving when the operation ended, and shall run, stays. */
  #stay(): void {
    for (const { name } of this.members.fleet.members) this.members.keepers.get(name)?.stay();
  }

  /** Between operations and during them: the dead get no requests, the ready do. */
  #changed(name: MemberName, state: MemberState): void {
    const member = this.members.find(name);
    this.#tell(name, state);
    if (member === undefined) return;
    const list = listOf(member);
    const isIn = this.traffic.isIn(list, name);
    if (member.kind === "web") {
      const getsRequests = member.duty !== "standby";
      if (state.state === "ready" && getsRequests && !isIn) this.#background(this.traffic.direct(list, name, true));
      if (state.state === "failed" && state.running === null && isIn)
        this.#background(this.traffic.direct(list, name, false));
      else if (isIn && (state.state === "failed" || state.state === "ready")) this.#tellHealth();
    }
    if (member.kind === "postgres") {
      const lags = state.state === "ready" && state.lags;
      const isFit =
        state.state === "ready" &&
        state.role === "replica" &&
        !lags &&
        name !== this.store.state.topology.postgresPrimary;
      if (isFit && !isIn) this.#background(this.traffic.direct(list, name, true));
      if ((state.state === "failed" || state.state === "stopped" || lags) && isIn)
        this.#background(this.traffic.direct(list, name, false));
    }
    if (member.kind === "balancer" && state.state === "ready" && this.store.state.wanted === "running")
      this.#background(this.traffic.sync("balancer"));
    this.recovery.changed(name, state);
  }

  /** Who is well is news for a balancer that checks nothing itself. */
  #tellHealth(): void {
    if (this.members.fleet.spec.balancer.engine === "nginx") this.#background(this.traffic.sync("balancer"));
  }

  #tell(name: MemberName, state: MemberState): void {
    const detail = state.state === "failed" ? state.reason : null;
    const at = this.#parts.now();
    this.#parts.events.emit({ kind: "member", at, name, state: state.state, detail });
    this.#parts.history.append({ at, kind: "member", subject: name, event: state.state, detail: detail ?? undefined });
  }

  /** What nobody waits for: a balancer that does not answer is asked again when it is ready again. */
  #background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error;
      const balancers = this.members.ofKind("balancer");
      if (error.code === "TF_BALANCER_SILENT" && !balancers.some(({ name }) => this.members.isReady(name))) return;
      this.#note(error.message);
    });
  }

  #note(text: string): void {
    this.#parts.events.emit({ kind: "note", at: this.#parts.now(), text });
  }
}
