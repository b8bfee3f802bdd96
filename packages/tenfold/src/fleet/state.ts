import type { MemberName } from "./member.ts";

/** Which process it is: the pid alone is used again by the system, the pair is not. */
export interface Running {
  readonly pid: number;
  /** Start time in the kernel's clock ticks since boot. */
  readonly startTime: number;
  /** Where its output goes, by which the children of a dead process are found. */
  readonly log: string;
}

export type Role = "primary" | "replica" | "master";

/** What a probe of the thing itself said. */
export type Probe =
  | {
      readonly ready: true;
      readonly role: Role | null;
      readonly detail: string;
      /** A replica that is too far behind: it gets no reads until it has caught up. */
      readonly lags?: boolean;
    }
  /** `silent`: nothing answered at all, as when the process is frozen. */
  | { readonly ready: false; readonly reason: string; readonly silent?: boolean };

/**
 * A member's life: starting → ready → draining → stopped, and failed whenever it is not what it should be.
 * `failed` has a process when one runs that fails its probe, and none when it exited and waits for `retryAt`.
 */
export type MemberState =
  | { readonly state: "starting"; readonly running: Running; readonly since: number }
  | {
      readonly state: "ready";
      readonly running: Running;
      readonly since: number;
      readonly role: Role | null;
      readonly detail: string;
      readonly lags: boolean;
    }
  | { readonly state: "draining"; readonly running: Running; readonly since: number }
  | {
      readonly state: "failed";
      readonly running: Running | null;
      readonly since: number;
      readonly reason: string;
      readonly retryAt: number | null;
    }
  | { readonly state: "stopped"; readonly since: number };

/** Who leads in the data tier and who serves: decided by the engine, written down before anyone acts on it. */
export interface Topology {
  readonly postgresPrimary: MemberName | null;
  /** Replicas that are fit for reads, in the order of `DATABASE_READ_URL_N`. */
  readonly postgresReadable: readonly MemberName[];
  /**
   * The replicas that together hold every acknowledged commit: each is on at least one of them. A superset of those that
   * may have acknowledged one which the others lack. Empty: no replica is certain of anything.
   */
  readonly postgresVoters: readonly MemberName[];
  /** Commits wait for no replica, since none is there and the file prefers availability. */
  readonly postgresAlone: boolean;
  readonly redisMaster: MemberName | null;
  /** Main web instances that the balancer sends requests to. */
  readonly serving: readonly MemberName[];
  /** Web instances on trial that the balancer sends a share of the requests to. */
  readonly canary: readonly MemberName[];
}
