import { Fault } from "../../fault/fault.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { dataDirectory } from "../../fleet/paths.ts";
import { isFull } from "../../fleet/space.ts";
import { planFollow, planPromotion } from "../../plan/switch.ts";
import { decideTakeover, type Takeover } from "../../plan/takeover.ts";
import { fence } from "./fence.ts";
import { briefly, pause, type RecoveryParts } from "./recovery-parts.ts";

/** A pooler that does not answer must not hold a failover up. */
const HOLD_WITHIN_MS = 300;
const LOOK_EVERY_MS = 50;
/** After a promotion that failed. */
const AGAIN_AFTER_MS = 1_000;
/**
 * What a dead primary had sent is still on its way for a moment. None of it was acknowledged, so it is not waited for
 * longer than it is worth: a replica that is ahead in the end is rewound.
 */
const STILL_ARRIVES_MS = 30;
const ARRIVED_EVERY_MS = 5;
/** A primary that was started again has this long before replicas that came back meanwhile are asked once more. */
const RESTART_BEFORE_DOUBT_MS = 3_000;
/** Starts of the former primary that fail, after which it is told that nobody can be promoted. */
const HOPELESS_AFTER = 3;

/**
 * What follows the death of the PostgreSQL primary. Its clients wait in the pooler, it is fenced, and then one of two
 * things happens: the furthest replica is promoted, when it is certain to have every acknowledged commit, or the former
 * primary is started again where it was. While it does not come back the question is asked again, for a replica that was
 * away may have returned. Nothing that could lose an acknowledged commit is ever done.
 *
 * gone → held and fenced → decided → promoted → everyone follows → clients go on
 *                                  ↘ started again → ready → clients go on
 */
export class PostgresTakeover {
  readonly #parts: RecoveryParts;
  #running: Promise<void> | null = null;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  /** Settles when there is a primary again, or the fleet shall run no more. A second call while one is at work joins it. */
  run(gone: MemberName, reason: string): Promise<void> {
    this.#running ??= this.#run(gone, reason).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Clients wait from now on, if the pooler can be told. */
  async hold(): Promise<void> {
    const { members, services } = this.#parts;
    if (members.ofKind("pooler").length > 0) await briefly(services.pooler.hold(members.context()), HOLD_WITHIN_MS);
  }

  get isAtWork(): boolean {
    return this.#running !== null;
  }

  async #run(gone: MemberName, reason: string): Promise<void> {
    const { tell, store } = this.#parts;
    tell(gone, "detected", reason);
    // At the same time: clients that come from now on wait, and the dead are made sure of.
    const held = this.hold();
    await fence(this.#parts, gone);
    tell(gone, "fenced", "nothing of it is left");
    await held;
    await this.#settle();
    const leader = store.state.topology.postgresPrimary ?? gone;
    await this.#letGoOn(leader);
    tell(leader, "done", leader === gone ? `${leader} is the primary again` : `${leader} is the primary now`);
  }

  /** Resolves when whoever the state names is the primary. It may name another one each time it is asked. */
  async #settle(): Promise<void> {
    const { members, store, signal, now } = this.#parts;
    let restarted = { leader: "" as MemberName, at: 0 };
    for (;;) {
      signal.throwIfAborted();
      const leader = store.state.topology.postgresPrimary;
      if (leader === null) return;
      const { state } = members.keeper(leader);
      if (state.state === "ready" && state.role === "primary") return;
      // A promotion that was decided and not finished has no way back.
      if (state.state === "ready") await this.#promote(leader);
      else if (restarted.leader !== leader) {
        if (await this.#replace(leader, false)) continue;
        restarted = { leader, at: now() };
        await members.keeper(leader).start();
        void this.#tellWhenHopeless(leader);
      } else if (state.state === "stopped") {
        throw new Fault("TF_CANCELLED", `${leader} was stopped while it was started again`);
      } else if (now() - restarted.at > RESTART_BEFORE_DOUBT_MS) {
        if (!(await this.#replace(leader, true))) restarted = { leader, at: now() };
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Promotes whoever is certain to have everything; `false` when nobody is. */
  async #replace(leader: MemberName, wasRestarted: boolean): Promise<boolean> {
    const { members, tell } = this.#parts;
    let decision = await this.#decide(leader);
    if (decision.kind === "promote" && wasRestarted) {
      // It may have acknowledged something since it was asked.
      members.keeper(leader).hold();
      await fence(this.#parts, leader);
      decision = await this.#decide(leader);
      if (decision.kind === "restart") await members.keeper(leader).start();
    }
    const isNews = decision.kind === "promote" || !wasRestarted;
    if (isNews) tell(decision.kind === "promote" ? decision.member : leader, "decided", describe(decision, leader));
    if (decision.kind === "restart") return false;
    await this.#promote(decision.member);
    return true;
  }

  async #promote(member: MemberName): Promise<void> {
    const { tell, carryOut } = this.#parts;
    try {
      await carryOut(planPromotion(member));
    } catch (error) {
      tell(member, "refused", error instanceof Error ? error.message : String(error));
      await pause(AGAIN_AFTER_MS);
    }
  }

  /** Everyone turns to the primary. What cannot be told now is told when it is back, and does not hold clients up. */
  async #letGoOn(leader: MemberName): Promise<void> {
    const { members, carryOut, tell } = this.#parts;
    try {
      const running = members.fleet.members.filter(({ name }) => members.isAlive(name));
      const knows = (member: Member): boolean =>
        (member.kind === "postgres" || member.kind === "pooler") && members.hasTaken(member);
      const followers = running.map((member) => ({ name: member.name, kind: member.kind, knows: knows(member) }));
      await carryOut(planFollow(leader, followers));
    } catch (error) {
      tell(
        leader,
        "decided",
        `not everyone follows ${leader} yet: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async #decide(leader: MemberName): Promise<Takeover> {
    const { store, members } = this.#parts;
    const voters = store.state.topology.postgresVoters.filter((name) => name !== leader);
    const decision = decideTakeover({ primary: leader, voters, positions: await this.#positions(voters) });
    if (decision.kind === "restart") return decision;
    const space = await members.driver.space(dataDirectory(members.fleet.paths, decision.member));
    if (space === null || !isFull(space)) return decision;
    return {
      kind: "restart",
      because: `the disk is full, where ${decision.member} could not write either; free some space`,
    };
  }

  /** Where the replicas are once nothing arrives any more. */
  async #positions(voters: readonly MemberName[]): Promise<ReadonlyMap<MemberName, bigint>> {
    const { members, services, now } = this.#parts;
    const until = now() + STILL_ARRIVES_MS;
    for (;;) {
      const found = await Promise.all(
        voters.map(async (name) => {
          const member = members.find(name);
          const position = member === undefined ? null : await services.postgres.position(members.context(), member);
          return { name, position };
        }),
      );
      if (found.some(({ position }) => position?.receiving === true) && now() < until) {
        await pause(ARRIVED_EVERY_MS);
        continue;
      }
      return new Map(found.flatMap(({ name, position }) => (position === null ? [] : [[name, position.lsn] as const])));
    }
  }

  async #tellWhenHopeless(gone: MemberName): Promise<void> {
    const { members, tell, store, signal } = this.#parts;
    const before = members.keeper(gone).history.restarts;
    while (!signal.aborted && this.isAtWork && !members.isReady(gone)) {
      const { state, history } = members.keeper(gone);
      if (history.restarts - before >= HOPELESS_AFTER) {
        const why = state.state === "failed" ? ` (it ${state.reason})` : "";
        const voters = store.state.topology.postgresVoters.join(", ");
        return tell(
          gone,
          "refused",
          `${gone} does not start${why}, and to promote another could lose acknowledged commits: ${voters === "" ? "no replica was waited for" : `not all of ${voters} answer`}. It is tried again and again; mend ${gone}, or restore a backup`,
        );
      }
      await pause(LOOK_EVERY_MS);
    }
  }
}

function describe(decision: Takeover, gone: MemberName): string {
  return decision.kind === "promote"
    ? `${decision.member} takes over: ${decision.because}`
    : `${gone} is started again: ${decision.because}`;
}
