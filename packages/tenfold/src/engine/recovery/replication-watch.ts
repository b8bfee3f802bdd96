import type { Member, MemberName } from "../../fleet/member.ts";
import { type Barrier, decideVoters } from "../../plan/voters.ts";
import { synchronousStandbyNames } from "../../render/postgres/postgres.ts";
import type { Replication } from "../../services/service.ts";
import { localPostgres } from "../../spec/local.ts";
import { mebibytes } from "../../units/bytes.ts";
import type { RecoveryParts } from "./recovery-parts.ts";

/** Commits that were under way when the setting changed have ended by then. */
const SETTLED_AFTER_MS = 2_000;
/** Where availability is preferred: commits wait so long for a replica to come back, then for none. */
const ALONE_AFTER_MS = 2_000;
/** A replica that is no further behind may be waited for again. */
const NEAR = BigInt(mebibytes(16));

/**
 * Watches that three things agree: whom commits wait for, whom the engine believes to have them, and who streams. Keeps
 * the record of the voters small, stops waiting for replicas where the file says so, and mends a setting that is not as
 * it was rendered.
 */
export class ReplicationWatch {
  readonly #parts: RecoveryParts;
  #barrier: Barrier | null = null;
  #waitsSince: number | null = null;
  #noneSince: number | null = null;
  #disagreements = 0;
  /** What does not agree, in a sentence; `null` when all does. */
  problem: string | null = null;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  /** Forgets what it saw of a primary: there is another one now, which has never committed without a replica. */
  reset(): void {
    this.#barrier = null;
    this.#waitsSince = 0;
    this.#noneSince = null;
    this.#disagreements = 0;
    this.problem = null;
  }

  async look(): Promise<void> {
    const { members, services, store } = this.#parts;
    const primary = members.find(store.state.topology.postgresPrimary ?? ("" as MemberName));
    if (primary === undefined || !members.isReady(primary.name)) return;
    const replication = await services.postgres.replication(members.context(), primary);
    if (replication === null || store.state.topology.postgresPrimary !== primary.name) return;
    this.#watchVoters(primary, replication);
    await this.#watchAlone(primary, replication);
    await this.#watchNames(primary, replication);
  }

  #replicas(primary: Member): MemberName[] {
    return this.#parts.members.ofKind("postgres").flatMap(({ name }) => (name === primary.name ? [] : [name]));
  }

  #watchVoters(primary: Member, { names, lsn, senders }: Replication): void {
    const { members, store, now } = this.#parts;
    this.#waitsSince = names === "" ? null : (this.#waitsSince ?? now());
    const { postgresVoters: voters } = store.state.topology;
    // Voters that were recorded have been waited for all along; the first ones must be certain to be.
    const waits = this.#waitsSince !== null && (voters.length > 0 || now() - this.#waitsSince >= SETTLED_AFTER_MS);
    const streaming = new Map(senders.flatMap(({ name, streaming, flushed }) => (streaming ? [[name, flushed]] : [])));
    const running = this.#replicas(primary).filter((name) => members.isAlive(name));
    const decision = decideVoters({ voters, running, waits, senders: { lsn, streaming }, barrier: this.#barrier });
    this.#barrier = decision.barrier;
    if (decision.voters !== null) store.decideTopology({ postgresVoters: decision.voters });
  }

  async #watchAlone(primary: Member, { lsn, senders }: Replication): Promise<void> {
    const { members, store, now, tell } = this.#parts;
    const { postgresAlone } = store.state.topology;
    const prefers = localPostgres(members.fleet.spec)?.prefer;
    const isNear = senders.some(({ streaming, flushed }) => streaming && flushed + NEAR >= lsn);
    this.#noneSince = isNear ? null : (this.#noneSince ?? now());
    if (postgresAlone && (isNear || prefers === "durability")) {
      store.decideTopology({ postgresAlone: false });
      await this.#reload(primary);
      tell(primary.name, "done", "commits wait for a replica again");
    }
    const alone = this.#noneSince !== null && now() - this.#noneSince >= ALONE_AFTER_MS;
    if (!postgresAlone && alone && prefers === "availability" && this.#replicas(primary).length > 0) {
      store.decideTopology({ postgresAlone: true, postgresVoters: [] });
      await this.#reload(primary);
      tell(
        primary.name,
        "decided",
        "no replica is there, and the file prefers availability: commits wait for none until one has caught up",
      );
    }
  }

  async #watchNames(primary: Member, { names, source }: Replication): Promise<void> {
    const expected = synchronousStandbyNames(this.#parts.members.fleet, primary);
    if (names === expected) {
      this.#disagreements = 0;
      this.problem = null;
      return;
    }
    this.#disagreements += 1;
    // Once may be a change that is on its way.
    if (this.#disagreements < 2) return;
    const from = source === null ? "" : ` (set in ${source.split("/").at(-1)})`;
    this.problem = `commits wait for "${names}"${from}, but should wait for "${expected}"`;
    // A promise about who has what is not kept while somebody else decides whom commits wait for.
    this.#parts.store.decideTopology({ postgresVoters: [] });
    if (this.#disagreements === 2) await this.#reload(primary);
  }

  async #reload(primary: Member): Promise<void> {
    const { members, services } = this.#parts;
    await members.rewrite(primary);
    await services.of("postgres").reload?.(members.context(), primary);
    members.taken(primary);
  }
}
