import { Fault } from "../fault/fault.ts";
import type { Restore } from "../fleet/backup/restore.ts";
import { isApplication, type Member, type MemberName } from "../fleet/member.ts";
import type { PlannedStep } from "../fleet/step.ts";
import type { SecretsFile } from "../journal/secrets-file.ts";
import type { StoredState } from "../journal/state.ts";
import { planConverge } from "../plan/converge.ts";
import { planImport } from "../plan/import.ts";
import { type Broken, planMend } from "../plan/mend.ts";
import { planRestart } from "../plan/restart.ts";
import { planReplace, planReturn } from "../plan/restore.ts";
import { planStop } from "../plan/stop.ts";
import { planPostgresSwitch, planRedisSwitch } from "../plan/switch.ts";
import type { World } from "../plan/world.ts";
import type { Dump } from "../services/backup/control.ts";
import type { Services } from "../services/service.ts";
import { fleetOf, surgeWanted } from "./desire.ts";
import type { Members } from "./members.ts";
import type { Store } from "./store.ts";
import { look, worldOf } from "./world.ts";

/** A replica that finds no primary for so long does not find it by itself. */
const ASTRAY_AFTER_MS = 10_000;

export interface PlannerParts {
  readonly members: Members;
  readonly store: Store;
  readonly services: Services;
  readonly secrets: SecretsFile;
  readonly now: () => number;
}

export interface ConvergeOptions {
  readonly state?: StoredState;
  readonly withSurge?: boolean;
}

/** Observes a fleet, and asks the pure plans what is to be done. */
export class Planner {
  readonly #parts: PlannerParts;
  /** Replicas that were made to follow again and were not ready since. */
  readonly #rejoined = new Set<MemberName>();

  constructor(parts: PlannerParts) {
    this.#parts = parts;
  }

  /** What turns the fleet into what the state says, or another state. Only the first round of an operation needs surge instances. */
  async ofConverge({
    state = this.#parts.store.state,
    withSurge = true,
  }: ConvergeOptions = {}): Promise<PlannedStep[]> {
    return planConverge(await this.#observe(withSurge, state));
  }

  /** What starts some of those that shall run, and nothing else. */
  async ofAddition(isNew: (member: Member) => boolean): Promise<PlannedStep[]> {
    const world = await this.#observe(false);
    const added = new Set(world.desired.filter(({ member }) => isNew(member)).map(({ member }) => member.name));
    return planConverge(world).filter(({ step }) => "member" in step && added.has(step.member));
  }

  async ofRestart(names: readonly MemberName[]): Promise<PlannedStep[]> {
    const world = await this.#observe(true);
    const chosen = world.desired.filter(({ member }) => names.includes(member.name));
    return planRestart(chosen, world);
  }

  /** What brings services back that ran before and do not run now, or do not follow; empty when nothing is amiss. */
  async ofMend(): Promise<PlannedStep[]> {
    const world = await this.#observe(false);
    const broken = this.#broken();
    for (const { name } of broken.astray) this.#rejoined.add(name);
    return planMend(world, broken);
  }

  get needsMending(): boolean {
    const { astray, gone } = this.#broken();
    return astray.length + gone.length > 0;
  }

  /** Replicas that run and do not follow the primary, since when, and members that nobody will start again by himself. */
  #broken(): Broken {
    const at = this.#parts.now();
    const astray: { name: MemberName; again: boolean }[] = [];
    const gone: MemberName[] = [];
    for (const { name, kind } of this.#parts.members.fleet.members) {
      const state = this.#parts.members.keepers.get(name)?.state;
      if (state === undefined || this.#parts.store.member(name) === undefined || isApplication(kind)) continue;
      const isOut =
        state.state === "stopped" || (state.state === "failed" && state.running === null && state.retryAt === null);
      if (isOut) gone.push(name);
      const isAstray = kind === "postgres" && state.state === "failed" && state.running !== null;
      if (isAstray && name !== this.#parts.store.state.topology.postgresPrimary && at - state.since > ASTRAY_AFTER_MS)
        astray.push({ name, again: this.#rejoined.has(name) });
      if (state.state === "ready") this.#rejoined.delete(name);
    }
    return { astray, gone };
  }

  /** What stops whoever uses the data, and puts the restored data in place. */
  async ofReplace(restore: Restore): Promise<PlannedStep[]> {
    return planReplace(await this.#observe(false), restore);
  }

  /** What undoes it. */
  async ofReturn(restore: Restore): Promise<PlannedStep[]> {
    return planReturn(await this.#observe(false), restore);
  }

  async ofImport(dump: Dump): Promise<PlannedStep[]> {
    return planImport(dump, await this.#observe(false));
  }

  async ofStop(): Promise<PlannedStep[]> {
    return planStop(await this.#observe(false));
  }

  /** Faults: TF_FAILOVER_REFUSED when there is nobody to switch to, TF_NOT_CONFIGURED. */
  async ofFailover(service: "postgres" | "redis", to: MemberName | null): Promise<PlannedStep[]> {
    const world = await this.#observe(false);
    const leader = service === "postgres" ? world.topology.postgresPrimary : world.topology.redisMaster;
    if (leader === null) throw new Fault("TF_NOT_CONFIGURED", `this fleet runs no ${service} of its own`);
    const candidates = world.desired
      .filter(({ member }) => member.kind === service && member.name !== leader)
      .map(({ member }) => member.name);
    const fit = candidates.filter((name) => this.#parts.members.isReady(name));
    const chosen = to ?? fit[0];
    if (chosen === leader) return [];
    if (chosen === undefined || !fit.includes(chosen)) {
      const why = candidates.length === 0 ? `${service} has no replica` : `no replica of ${service} is ready`;
      throw new Fault("TF_FAILOVER_REFUSED", to === null ? why : `${to} is no replica that is ready`, {
        hint: "tenfold health shows the state of each",
      });
    }
    return service === "postgres" ? planPostgresSwitch(chosen, world) : planRedisSwitch(chosen, world);
  }

  async #observe(withSurge: boolean, state: StoredState = this.#parts.store.state): Promise<World> {
    const seen = await look(this.#parts.members, this.#parts.services, state);
    return worldOf(
      state,
      fleetOf(state, this.#parts.members.machine, this.#parts.secrets, withSurge ? surgeWanted(state) : 0),
      seen,
    );
  }
}
