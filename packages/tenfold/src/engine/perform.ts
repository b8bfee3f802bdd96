import { Fault } from "../fault/fault.ts";
import { onlyMember } from "../fleet/data.ts";
import type { Stop } from "../fleet/launch.ts";
import { isApplication, type Member, type MemberName } from "../fleet/member.ts";
import { dataDirectory } from "../fleet/paths.ts";
import type { Step } from "../fleet/step.ts";
import type { Services } from "../services/service.ts";
import { type Millis, millis, seconds } from "../units/millis.ts";
import { performCopy } from "./copy-steps.ts";
import { explainFailure } from "./diagnose.ts";
import type { Members } from "./members.ts";
import { runReleaseTask } from "./release-task.ts";
import type { Store } from "./store.ts";
import type { Traffic, TrafficList } from "./traffic.ts";

const LOOK_EVERY_MS = 25;
/** It takes a twentieth of a second, or for ever. */
const HAND_OVER_WITHIN = millis(400);

export interface PerformerParts {
  readonly members: Members;
  readonly services: Services;
  readonly traffic: Traffic;
  readonly store: Store;
  /** Something worth telling that is no fault. */
  readonly note: (text: string) => void;
  /** Aborted when whoever waits wants it over with, at the cost of what is in flight. */
  readonly hurry: AbortSignal;
  /** Everything is going down: nobody is waited for longer than a few seconds. */
  readonly goingDown: boolean;
}

/** The list on which a member that gets requests is. */
export function listOf({ kind, duty }: Member): TrafficList {
  if (kind !== "web") return "postgresReadable";
  return duty === "canary" ? "canary" : "serving";
}

/** Carries steps out. Each is idempotent: a step that was cut in the middle can be performed again. */
export class Performer {
  readonly #parts: PerformerParts;

  constructor(parts: PerformerParts) {
    this.#parts = parts;
  }

  async perform(step: Step, signal: AbortSignal): Promise<void> {
    const { members, services } = this.#parts;
    switch (step.kind) {
      case "release":
        return this.#release(step.release, signal);
      case "prepare":
        return services
          .of(this.#member(step.member).kind)
          .prepare?.(members.context(signal), this.#member(step.member));
      case "rejoin":
        return services.postgres.rejoin(members.context(signal), this.#member(step.member), step.how);
      case "start":
        return members.keeper(step.member).start();
      case "ready":
        members.keeper(step.member).stay();
        return explainFailure(members, step.member, signal, () => members.keeper(step.member).whenReady(signal));
      case "setup":
        return this.#setup(step.member, signal);
      case "attach":
        return this.#direct(step.member, true);
      case "detach":
        return this.#direct(step.member, false);
      case "drain":
        return this.#drain(step.member, signal);
      case "stop":
        return this.#stop(step.member);
      case "remove":
        return this.#remove(step.member);
      case "reload":
        return this.#reload(step.member, signal);
      case "handOver":
        return this.#handOver(step.member, signal);
      case "follow":
        return services.balancer.follow(members.context(signal));
      case "checkpoint":
        return services.postgres.checkpoint(members.context(signal), this.#member(step.member));
      case "pause":
        return services.pooler.pause(members.context(signal));
      case "resume":
        return services.pooler.resume(members.context(signal));
      case "promote":
        return this.#promote(step.member, step.from, signal);
      case "switch":
        return this.#switch(step.member, signal);
      default:
        return performCopy(step, this.#parts, signal);
    }
  }

  #member(name: MemberName): Member {
    const member = this.#parts.members.find(name);
    if (member === undefined) throw new Error(`${name} is no member of the fleet`);
    return member;
  }

  /** An application that does not end by itself loses what it had in flight with every deploy, and its author is told. */
  async #stop(name: MemberName): Promise<void> {
    const { members, hurry, note } = this.#parts;
    const stop = this.#stopOf(name);
    const inTime = await members.keeper(name).stop(stop, hurry);
    const kind = members.find(name)?.kind;
    if (!inTime && kind !== undefined && isApplication(kind))
      note(`${name} did not end within ${stop.grace / 1000} s of ${stop.signal}, its grace, and was killed`);
  }

  /** Behind a balancer that goes down with everything, nothing is left that its connections could wait for. */
  #stopOf(name: MemberName): Stop {
    const { members, goingDown } = this.#parts;
    const isBalancer = members.find(name)?.kind === "balancer";
    return goingDown && isBalancer ? { signal: "SIGTERM", grace: seconds(2) } : members.stopOf(name);
  }

  /** Its success is written down, so that it runs once. */
  async #release(number: number, signal: AbortSignal): Promise<void> {
    const { members, store } = this.#parts;
    const { deploy, release } = store.state;
    const isToCome = deploy?.strategy === "rolling" && deploy.to === number && release !== number;
    const fleet = isToCome ? members.fleetWith({ release: number, spec: deploy.spec }) : undefined;
    await runReleaseTask(members, { number, task: "release", signal, fleet });
    const releases = store.state.releases.map((release) =>
      release.number === number ? { ...release, released: true } : release,
    );
    store.decide({ releases });
  }

  async #setup(name: MemberName, signal: AbortSignal): Promise<void> {
    const { members, services, store } = this.#parts;
    const state = members.keeper(name).state;
    // A promotion that an earlier engine had decided on and could not carry out.
    if (name === store.state.topology.postgresPrimary && state.state === "ready" && state.role === "replica")
      await this.#promote(name, null, signal);
    await services.of(this.#member(name).kind).setup?.(members.context(signal), this.#member(name));
  }

  async #direct(name: MemberName, wanted: boolean): Promise<void> {
    const { members, traffic } = this.#parts;
    if (wanted) return traffic.direct(listOf(this.#member(name)), name, true);
    members.keeper(name).leave();
    const lists: readonly TrafficList[] = ["serving", "canary", "postgresReadable"];
    await Promise.all(
      lists.filter((list) => traffic.isIn(list, name)).map((list) => traffic.direct(list, name, false)),
    );
  }

  /** Waits for what is in flight. When the deadline passes, the application is told by its signal, and ends the rest itself. */
  async #drain(name: MemberName, signal: AbortSignal): Promise<void> {
    const { members, services, hurry } = this.#parts;
    const deadline = AbortSignal.any([hurry, signal, AbortSignal.timeout(this.#drainLimit())]);
    const member = members.find(name) ?? members.findLeaving(name);
    if (member?.kind !== "web") return;
    while (
      !deadline.aborted &&
      members.isAlive(name) &&
      (await services.balancer.inFlight(members.context(), member)) > 0
    ) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  /** The file's word, but no more than a few seconds when everything is going down. */
  #drainLimit(): Millis {
    const { drain } = this.#parts.members.fleet.spec.web;
    return this.#parts.goingDown ? millis(Math.min(drain, seconds(5))) : drain;
  }

  async #remove(name: MemberName): Promise<void> {
    const { members } = this.#parts;
    const leaving = members.keeper(name);
    if (leaving.running !== null) throw new Error(`${name} still runs`);
    members.forget(name);
    if (/^(postgres|redis|sentinel)-/.test(name))
      await members.driver.removeDirectory(dataDirectory(members.fleet.paths, name));
  }

  async #reload(name: MemberName, signal: AbortSignal): Promise<void> {
    const { members, services } = this.#parts;
    const member = this.#member(name);
    await members.rewrite(member);
    await services.of(member.kind).reload?.(members.context(signal), member);
    members.taken(member);
  }

  async #handOver(name: MemberName, signal: AbortSignal): Promise<void> {
    const { members, services, note, hurry } = this.#parts;
    const keeper = members.keeper(name);
    const takeOver = (): Promise<boolean> => keeper.handOver(HAND_OVER_WITHIN);
    if (members.canHandOver(name)) {
      const hindrance = await services.pooler.handOver(members.context(signal), takeOver);
      if (hindrance === null) return;
      note(`${name} could not hand its clients over (${hindrance}); it is restarted in place`);
    }
    await keeper.stop(this.#stopOf(name), hurry);
    await keeper.start();
  }

  async #promote(name: MemberName, from: MemberName | null, signal: AbortSignal): Promise<void> {
    const { members, services, store } = this.#parts;
    if (from !== null) await services.postgres.confirmCaughtUp(members.context(signal), this.#member(name), from);
    const { postgresReadable } = store.state.topology;
    // First written down, then done: an engine that dies in between finds what was decided.
    store.decideTopology({
      postgresPrimary: name,
      postgresReadable: postgresReadable.filter((other) => other !== name),
      // What it has, the others need not have yet.
      postgresVoters: [],
      postgresAlone: false,
    });
    void this.#tellOf(name, signal);
    await services.postgres.promote(members.context(signal), this.#member(name));
    await members.keeper(name).refresh();
  }

  /**
   * While it is being promoted the replicas connect to it, and the pooler, whose clients wait, learns of it. Who does not
   * answer is told again later.
   */
  async #tellOf(primary: MemberName, signal: AbortSignal): Promise<void> {
    const { members, services } = this.#parts;
    const replicas = members.ofKind("postgres").filter(({ name }) => name !== primary && members.isAlive(name));
    const tellPooler = async (): Promise<void> => {
      const runs = members.ofKind("pooler").length > 0;
      if (runs && (await services.pooler.isPaused(members.context(signal)))) await reloadPooler(members, services);
    };
    await Promise.allSettled([tellPooler(), ...replicas.map(({ name }) => this.#reload(name, signal))]);
  }

  async #switch(name: MemberName, signal: AbortSignal): Promise<void> {
    const { members, services, store, note } = this.#parts;
    const former = store.state.topology.redisMaster;
    await services.redis.switchTo(members.context(signal), this.#member(name));
    store.decideTopology({ redisMaster: name });
    await services.balancer.follow(members.context(signal));
    await services.redis.gather(members.context(signal), this.#member(name));
    await Promise.all(members.ofKind("redis").map((member) => members.keeper(member.name).refresh()));
    if (former !== name) note(`${name} is the Redis master now`);
  }
}

/** Makes the pooler take its rewritten file, if it runs. */
export async function reloadPooler(members: Members, services: Services): Promise<void> {
  if (members.ofKind("pooler").length === 0) return;
  const pooler = onlyMember(members.fleet, "pooler");
  await members.rewrite(pooler);
  if (!members.isAlive(pooler.name)) return;
  try {
    await services.of("pooler").reload?.(members.context(), pooler);
  } catch (error) {
    // It is starting, and reads the file that was just written.
    if (!(error instanceof Fault)) throw error;
  }
  members.taken(pooler);
}
