import type { Driver } from "../drivers/driver.ts";
import type { DatabaseFigures, PoolerFigures, QueueFigures, RedisFigures, WebFigures } from "../fleet/figures.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { Member, MemberKind, MemberName } from "../fleet/member.ts";
import type { Probe } from "../fleet/state.ts";
import type { QueueLibrary, QueueSource } from "../spec/scaling/queue-source.ts";
import type { Bytes } from "../units/bytes.ts";
import type { BackupControl } from "./backup/control.ts";

/** What an adapter may use. */
export interface Context {
  readonly fleet: Fleet;
  readonly driver: Driver;
  readonly signal: AbortSignal;
  /**
   * Web instances whose probe fails although they run: a balancer that checks nothing itself leaves them out. Absent:
   * none is known.
   */
  readonly unwell?: readonly MemberName[];
}

/** What one kind of member needs beside its process. Every method is idempotent. */
export interface ServiceAdapter {
  /** Makes what must exist before the process starts. Faults: TF_PREPARE_FAILED, TF_DISK_FULL, TF_POSTGRES_DATA_VERSION. */
  prepare?(context: Context, member: Member): Promise<void>;
  /** Why its process must not be started as things are, so that it has to be prepared first; `null` when it may. */
  unfit?(context: Context, member: Member): Promise<string | null>;
  /** Looks at the thing itself. Never throws for a member that is not ready. */
  probe(context: Context, member: Member): Promise<Probe>;
  /** Roles, databases, views: what a fresh primary lacks. */
  setup?(context: Context, member: Member): Promise<void>;
  /** Makes the running process take its rewritten files. Faults: TF_CONFIG_REJECTED. */
  reload?(context: Context, member: Member): Promise<void>;
  /** Asked while it stops: whether nothing is in flight any more, so that the rest of its grace can be spared. */
  isQuiet?(context: Context, member: Member): Promise<boolean>;
}

/** What of the balancer can change while it runs. */
export interface BalancerControl {
  /** Sends requests to exactly these web instances, and resolves when the balancer has confirmed it. */
  serve(context: Context): Promise<void>;
  /** Points the TCP fronts at the leaders of `context.fleet.topology`, and closes connections to others. */
  follow(context: Context): Promise<void>;
  /** Requests and WebSockets that are in flight to an instance. */
  inFlight(context: Context, member: Member): Promise<number>;
  /** What has passed through it; `null` when it does not answer, or does not count. */
  figures(context: Context): Promise<WebFigures | null>;
  /** The web instances that it sends requests to now; `null` when it does not answer. */
  serving(context: Context): Promise<readonly MemberName[] | null>;
}

export interface PoolerControl {
  /**
   * Clients wait from now on; resolves when the pooler has been told, and does not wait for anything in use, so that it
   * can be done before whoever holds the connections is fenced. Never throws: a pooler that is down holds nobody.
   */
  hold(context: Context): Promise<void>;
  /** Clients wait from now on; resolves when no server connection is in use. */
  pause(context: Context): Promise<void>;
  resume(context: Context): Promise<void>;
  /**
   * Has `takeOver` start a process that takes the running one's clients and server connections, at a moment at which
   * that is possible. `null` when it did; if not, what kept it from that, and the running one serves as before.
   */
  handOver(context: Context, takeOver: () => Promise<boolean>): Promise<string | null>;
  /** `null` when it does not answer. */
  figures(context: Context): Promise<PoolerFigures | null>;
  isPaused(context: Context): Promise<boolean>;
}

/** How far a replica has the log on its disk, in bytes. */
export interface ReplicaPosition {
  readonly lsn: bigint;
  /** Whether more may still arrive. */
  readonly receiving: boolean;
}

/** What a primary says of its replicas. */
export interface Replication {
  /** `synchronous_standby_names` as it is in force. */
  readonly names: string;
  /** The file that it is from; `null` when PostgreSQL does not say. */
  readonly source: string | null;
  /** How far it has written its log, in bytes. */
  readonly lsn: bigint;
  readonly senders: readonly { readonly name: MemberName; readonly streaming: boolean; readonly flushed: bigint }[];
}

export interface PostgresControl {
  /** `null` when it does not answer within a moment, or is no replica. */
  position(context: Context, member: Member): Promise<ReplicaPosition | null>;
  /** `null` when it does not answer within a moment, or is no primary. */
  replication(context: Context, member: Member): Promise<Replication | null>;
  /** What the primary does now; `null` when it does not answer. */
  figures(context: Context, primary: Member): Promise<DatabaseFigures | null>;
  /**
   * Texts of statements by their ids, on one line and without constants. Those that are unknown by now, or may hold
   * secrets, are left out; none when the primary does not answer.
   */
  statementTexts(context: Context, primary: Member, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Makes a stopped server a replica that can follow the primary: by pg_rewind, or by a new copy. Faults: TF_PREPARE_FAILED, TF_DISK_FULL. */
  rejoin(context: Context, member: Member, how: "rewind" | "copy"): Promise<void>;
  /** Who was the primary, by what the data directories say; `null` when there are none. For a fleet whose state is lost. */
  leaderOnDisk(context: Context): Promise<MemberName | null>;
  /** Writes out what would make a stop slow. */
  checkpoint(context: Context, member: Member): Promise<void>;
  /** Waits until it has all that the cleanly stopped `from` had. Fault: TF_FAILOVER_REFUSED. */
  confirmCaughtUp(context: Context, member: Member, from: MemberName): Promise<void>;
  /** Ends recovery. Fault: TF_FAILOVER_REFUSED when it does not end. */
  promote(context: Context, member: Member): Promise<void>;
}

/** Writes that a master had acknowledged, or was about to, and its successor has not. */
export interface LostWrites {
  readonly writes: number;
  readonly bytes: Bytes;
}

/** Who leads after a master is gone. */
export interface Successor {
  readonly master: MemberName;
  /** `null` when it cannot be told. */
  readonly lost: LostWrites | null;
}

export interface RedisControl {
  /** Who was the master, by what the Sentinels had written down; `null` when they had not. */
  leaderOnDisk(context: Context): Promise<MemberName | null>;
  /** Makes it the master with writes held back until it has them all. Faults: TF_FAILOVER_REFUSED. */
  switchTo(context: Context, member: Member): Promise<void>;
  /**
   * Has the Sentinels fail over from a master that is gone, and gives the new one; `null` when no replica is fit, so that
   * the former master has to come back.
   */
  takeOver(context: Context, gone: MemberName): Promise<Successor | null>;
  /** What a server of either role, or the cache, does now; `null` when it does not answer. */
  figures(context: Context, member: Member): Promise<RedisFigures | null>;
  /** A queue that a library keeps in the durable Redis. Rejects with why it cannot be read. */
  queue(context: Context, library: QueueLibrary, name: string): Promise<QueueFigures>;
  /** Who most Sentinels say is the master; `null` when they do not agree, or there are none. */
  elected(context: Context): Promise<MemberName | null>;
  /** Makes all others follow the master, and lets the clients of a former one go on. */
  gather(context: Context, master: Member): Promise<void>;
  /** Who is the master now, by what the servers themselves say; `null` when that is not clear. */
  master(context: Context): Promise<MemberName | null>;
}

/** What is known of a queue, or why nothing is. */
export type QueueReading =
  | { readonly figures: QueueFigures; readonly unread: null }
  | { readonly figures: null; readonly unread: string };

export interface QueueControl {
  /** How many jobs wait for a worker of that name. Never throws, and takes a few seconds at most. */
  read(context: Context, worker: string, source: QueueSource): Promise<QueueReading>;
}

/** Everything that the engine asks of services. */
export interface Services {
  of(kind: MemberKind): ServiceAdapter;
  readonly balancer: BalancerControl;
  readonly pooler: PoolerControl;
  readonly postgres: PostgresControl;
  readonly redis: RedisControl;
  readonly queues: QueueControl;
  readonly backup: BackupControl;
  /** Ends connections that adapters keep. */
  close(): Promise<void>;
}
