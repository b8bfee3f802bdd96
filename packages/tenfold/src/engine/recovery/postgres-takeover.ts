import type { MemberName } from "../../fleet/member.ts";
import { planPostgresTakeover } from "../../plan/switch.ts";
import { decideTakeover, type Takeover } from "../../plan/takeover.ts";
import { fence } from "./fence.ts";
import { briefly, pause, type RecoveryParts } from "./recovery-parts.ts";

/** A pooler that does not answer must not hold a failover up. */
const HOLD_WITHIN_MS = 300;
const LOOK_EVERY_MS = 50;
/** After a promotion that failed. */
const AGAIN_AFTER_MS = 1_000;
/** What a dead primary had sent is still on its way for a moment. */
const STILL_ARRIVES_MS = 200;
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
    const { tell } = this.#parts;
    tell(gone, "detected", reason);
    // At the same time: clients that come from now on wait, and the dead are made sure of.
    const held = this.hold();
    await fence(this.#parts, gone);
    tell(gone, "fenced", "nothing of it is left");
    await held;
    const promoted = await this.#settle(gone);
    tell(
      promoted ?? gone,
      "done",
      promoted === null ? `${gone} is the primary again` : `${promoted} is the primary now`,
    );
  }

  /** Gives who was promoted, `null` when the former primary is back. */
  async #settle(gone: MemberName): Promise<MemberName | null> {
    const { members, services, tell, signal } = this.#parts;
    let told = "";
    let restartedAt: number | null = null;
    for (;;) {
      signal.throwIfAborted();
      const isBack = members.isReady(gone);
      const mayAsk = restartedAt === null || this.#parts.now() - restartedAt > RESTART_BEFORE_DOUBT_MS;
      if (isBack) {
        await services.pooler.resume(members.context());
        return null;
      }
      const decision = mayAsk ? await this.#decide(gone) : null;
      if (decision !== null && decision.because !== told) {
        told = decision.because;
        tell(decision.kind === "promote" ? decision.member : gone, "decided", describe(decision, gone));
      }
      if (decision?.kind === "promote") {
        if (await this.#promote(gone, decision.member)) return decision.member;
        await pause(AGAIN_AFTER_MS);
      } else if (restartedAt === null) {
        restartedAt = this.#parts.now();
        await members.keeper(gone).start();
        void this.#tellWhenHopeless(gone);
      } else if (members.keeper(gone).state.state === "stopped") {
        // Somebody stopped it on purpose, and has to know what follows.
        throw signal.reason ?? new Error(`${gone} was stopped while it was started again`);
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  async #decide(gone: MemberName): Promise<Takeover> {
    const { store } = this.#parts;
    const voters = store.state.topology.postgresVoters.filter((name) => name !== gone);
    return decideTakeover({ primary: gone, voters, positions: await this.#positions(voters) });
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
      if (found.some(({ position }) => position?.receiving === true) && now() < until) continue;
      return new Map(found.flatMap(({ name, position }) => (position === null ? [] : [[name, position.lsn] as const])));
    }
  }

  /** `false` when it could not be promoted, so that the question has to be asked again. */
  async #promote(gone: MemberName, member: MemberName): Promise<boolean> {
    const { members, tell, carryOut, world } = this.#parts;
    // It may have been started again meanwhile.
    members.keeper(gone).hold();
    await fence(this.#parts, gone);
    try {
      await carryOut(planPostgresTakeover(member, world()));
      return true;
    } catch (error) {
      tell(member, "refused", error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  async #tellWhenHopeless(gone: MemberName): Promise<void> {
    const { members, tell, store, signal } = this.#parts;
    const before = members.keeper(gone).restarts;
    while (!signal.aborted && this.isAtWork && !members.isReady(gone)) {
      const { state, restarts } = members.keeper(gone);
      if (restarts - before >= HOPELESS_AFTER) {
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
