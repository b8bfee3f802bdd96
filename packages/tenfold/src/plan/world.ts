import type { Member, MemberName } from "../fleet/member.ts";
import type { Topology } from "../fleet/state.ts";

/** A member as it shall be. */
export interface Desired {
  readonly member: Member;
  /** Differs from what was started: the process must be replaced. */
  readonly restartKey: string;
  /** Differs from what was written: the files must be rewritten and taken. */
  readonly reloadKey: string;
}

/** A member as it is. */
export interface Seen {
  readonly member: Pick<Member, "name" | "kind" | "group" | "index">;
  readonly alive: boolean;
  readonly ready: boolean;
  /** Gets requests: a web instance from the balancer, a replica from the pooler. */
  readonly attached: boolean;
  readonly restartKey: string;
  readonly reloadKey: string;
}

/** What a plan is made from. */
export interface World {
  readonly desired: readonly Desired[];
  /** Instances that exist only while others are replaced. */
  readonly surge: readonly Desired[];
  readonly seen: ReadonlyMap<MemberName, Seen>;
  readonly topology: Topology;
  /** The server that the data tier says is the primary, where it differs from the topology: it was not promoted yet. */
  readonly unpromoted: boolean;
  /** The primary has no data yet: replicas are copied from it before it first starts. */
  readonly postgresIsFresh: boolean;
  readonly poolerPaused: boolean;
  /** Releases whose command has yet to run. */
  readonly releasesToRun: readonly number[];
}
