/** A row of `ps`. */
export interface MemberReport {
  readonly name: string;
  readonly kind: string;
  /** `primary` or `replica`, `master` or `replica`, a worker's queue; otherwise null. */
  readonly role: string | null;
  readonly state: "starting" | "ready" | "draining" | "stopped" | "failed";
  readonly release: number | null;
  readonly pid: number | null;
  readonly port: number | null;
  readonly uptimeSeconds: number | null;
  readonly restarts: number;
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  readonly connections: number | null;
  /** Why it failed, how far a replica lags: one sentence, or null. */
  readonly detail: string | null;
}

/** Why a number that the engine moves is what it is. */
export interface ScalingReport {
  /** `web`, `worker.reports`. */
  readonly group: string;
  /** ISO 8601. */
  readonly at: string;
  readonly from: number;
  readonly target: number;
  /** The figures that led to it, in one line. */
  readonly why: string;
  /** What the number was chosen by: `web`, `workers`, `rule`, `override`, ...; `null` before the first decision. */
  readonly by: string | null;
  /** What a model went by: rates a second, `cost` and `oldest` in milliseconds, `jobSeconds` in seconds, loads in busy instances. */
  readonly figures: Readonly<Record<string, number | boolean | null>> | null;
  /** Why a number that could change is kept. */
  readonly held: string | null;
  /** What moved the number away from what was asked for. */
  readonly bound: { readonly kind: string; readonly count: number; readonly schedule?: string | null } | null;
  /** ISO 8601: when a number set by hand is given back; `null`: never, or it was not. */
  readonly until: string | null;
  /** It is told, and nothing moves. */
  readonly dryRun: boolean;
  /** The operation that has to end before the number changes, and when it began (ISO 8601). */
  readonly waits?: { readonly operation: string; readonly since: string | null } | null;
}

/** How long instances took to answer lately, up to the head of the answer, by the balancer's count. */
export interface LatencyReport {
  /** How many answers these figures are of, and over how many seconds. */
  readonly answers: number;
  readonly seconds: number;
  readonly p50Millis: number;
  readonly p95Millis: number;
  readonly p99Millis: number;
}

/** `ps --json`. */
export interface FleetReport {
  readonly version: 1;
  readonly fleet: string;
  /** `healthy`: every member is ready. `degraded`: visitors are served. `down`: they are not. */
  readonly state: "healthy" | "degraded" | "down";
  readonly release: number | null;
  readonly urls: Readonly<Record<string, string>>;
  readonly members: readonly MemberReport[];
  /** The last decision on each group whose number moves by itself. */
  readonly scaling?: readonly ScalingReport[];
  /** `null`: there were too few answers in the last minute. Absent: the balancer does not count them. */
  readonly latency?: LatencyReport | null;
}
