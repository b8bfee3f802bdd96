import { Fault } from "../../fault/fault.ts";
import type { MemberName } from "../../fleet/member.ts";
import type { MemberState } from "../../fleet/state.ts";
import { localPostgres, localRedis } from "../../spec/local.ts";
import { FreezeWatch } from "./freeze-watch.ts";
import { PostgresTakeover } from "./postgres-takeover.ts";
import { pause, type RecoveryParts } from "./recovery-parts.ts";
import { RedisTakeover } from "./redis-takeover.ts";
import { ReplicationWatch } from "./replication-watch.ts";

const EVERY_MS = 2_000;
const FIRST_VOTERS_WITHIN_MS = 10_000;
const FIRST_VOTERS_EVERY_MS = 50;
/** Looks in a row at which Sentinels say that another one is the master. */
const DRIFTS = 2;

export interface RecoveryOptions extends Omit<RecoveryParts, "signal"> {
  /** Starts what is not there any more, and makes replicas follow again; asked whenever it may be needed. */
  readonly mend: () => void;
  /** A defect of our own. */
  readonly fail: (error: unknown) => void;
}

/**
 * What the engine does by itself when something of the fleet breaks. Whoever died is started again by its keeper; this
 * finds the frozen, replaces leaders of the data tier, and asks for whatever is left to be mended.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #end = new AbortController();
  readonly #postgres: PostgresTakeover;
  readonly #redis: RedisTakeover;
  readonly #replication: ReplicationWatch;
  readonly #freezes: FreezeWatch;
  readonly #timer: NodeJS.Timeout;
  #drifts = 0;
  #looking = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
    const parts: RecoveryParts = { ...options, now: () => options.now(), signal: this.#end.signal };
    this.#postgres = new PostgresTakeover(parts);
    this.#redis = new RedisTakeover(parts);
    this.#replication = new ReplicationWatch(parts);
    this.#freezes = new FreezeWatch({
      members: options.members,
      end: (name, reason) => this.#background(this.#endFrozen(name, reason)),
    });
    this.#timer = setInterval(() => void this.#look(), EVERY_MS).unref();
  }

  /** Whether a leader is being replaced. */
  get isAtWork(): boolean {
    return this.#postgres.isAtWork || this.#redis.isAtWork;
  }

  /** What does not agree in the data tier, in a sentence; `null` when all does. */
  get replicationProblem(): string | null {
    return this.#replication.problem;
  }

  /** Whether what follows the death of this member is decided here. */
  decidesAfterDeath(name: MemberName): boolean {
    const { store, members } = this.#options;
    if (!this.#isActive) return false;
    const { postgresPrimary, redisMaster } = store.state.topology;
    if (name === postgresPrimary) return members.ofKind("postgres").length > 1;
    return name === redisMaster && members.ofKind("redis").length > 1 && members.ofKind("sentinel").length > 0;
  }

  /** A member's state has changed. */
  changed(name: MemberName, state: MemberState): void {
    if (state.state !== "failed" || state.running !== null || state.retryAt !== null) return;
    if (!this.decidesAfterDeath(name)) return;
    const { store, members } = this.#options;
    const { postgresPrimary } = store.state.topology;
    const takeover = name === postgresPrimary ? this.#postgres : this.#redis;
    const { last } = members.keeper(name);
    // It joins what is at work, which has fenced somebody else.
    if (takeover.isAtWork && last !== null) members.driver.signal(last, "SIGKILL", "session");
    this.#background(
      takeover.run(name, state.reason).then(async () => {
        this.#options.mend();
        if (takeover === this.#postgres) await this.#findVoters();
      }),
    );
  }

  /** Clients of a primary wait before it is ended, so that none of them meets its end. */
  async #endFrozen(name: MemberName, reason: string): Promise<void> {
    const { members, store } = this.#options;
    if (this.#isActive && name === store.state.topology.postgresPrimary) await this.#postgres.hold();
    members.keepers.get(name)?.kill(reason);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#freezes.close();
    this.#end.abort(new Fault("TF_CANCELLED", "the engine ends"));
  }

  /** Until a replica of the new primary has everything, a second failover would find nobody who is certain. */
  async #findVoters(): Promise<void> {
    this.#replication.reset();
    const until = this.#options.now() + FIRST_VOTERS_WITHIN_MS;
    const { store } = this.#options;
    while (this.#isActive && !this.isAtWork && store.state.topology.postgresVoters.length === 0) {
      if (this.#options.now() > until) return;
      await this.#replication.look();
      await pause(FIRST_VOTERS_EVERY_MS);
    }
  }

  get #isActive(): boolean {
    return !this.#end.signal.aborted && this.#options.store.state.wanted === "running";
  }

  async #look(): Promise<void> {
    if (this.#looking || !this.#isActive || this.isAtWork) return;
    this.#looking = true;
    try {
      const { spec } = this.#options.store.state;
      if (localPostgres(spec) !== null) await this.#replication.look();
      if (localRedis(spec) !== null) await this.#watchMaster();
      if (!this.isAtWork && this.#isActive) this.#options.mend();
    } catch (error) {
      this.#tolerate(error);
    } finally {
      this.#looking = false;
    }
  }

  /** Sentinels may have failed over by themselves: when a master was silent, or while no engine was there. */
  async #watchMaster(): Promise<void> {
    const { services, members, store, tell } = this.#options;
    if (members.ofKind("sentinel").length === 0) return;
    const elected = await services.redis.elected(members.context());
    const led = await services.redis.master(members.context());
    const hasMoved = elected !== null && elected === led && elected !== store.state.topology.redisMaster;
    this.#drifts = hasMoved ? this.#drifts + 1 : 0;
    if (this.#drifts < DRIFTS || elected === null || this.isAtWork) return;
    this.#drifts = 0;
    tell(elected, "decided", `the Sentinels have made ${elected} the master; everyone follows`);
    await this.#redis.follow(elected);
    tell(elected, "done", `${elected} is the master now`);
  }

  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.#tolerate(error));
  }

  /** What a look could not do, the next one does. */
  #tolerate(error: unknown): void {
    if (!(error instanceof Fault)) this.#options.fail(error);
  }
}
