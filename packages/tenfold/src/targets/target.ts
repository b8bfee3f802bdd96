import type {
  BackupsReport,
  FleetEvent,
  FleetReport,
  HealthReport,
  LoadDiagnosis,
  ReleasesReport,
} from "@tenfold/protocol";
import type { RestoreTarget } from "../fleet/backup/choose.ts";
import type { Part } from "../fleet/backup/manifest.ts";
import type { Origin } from "../fleet/backup/restore.ts";
import type { Strategy } from "../spec/deploy/deploy.ts";
import type { Spec } from "../spec/spec.ts";
import type { Millis } from "../units/millis.ts";
import type { Percent } from "../units/percent.ts";
import type { Breaker } from "./breaker.ts";

/** What `up` gives a target. */
export interface UpOrder {
  readonly spec: Spec;
  readonly environment: Readonly<Record<string, string>>;
  readonly inherited: Readonly<Record<string, string>>;
  /** `up N`. */
  readonly web: number | null;
}

/** What `deploy` gives a target. */
export interface DeployOrder extends Omit<UpOrder, "web"> {
  /** A commit whose files were put into a directory; `null`: the project's directory as it is. */
  readonly revision: { readonly commit: string; readonly directory: string } | null;
  /** `null`: the file's. */
  readonly strategy: Strategy | null;
  /** The share of the requests that a trial gets; `null`: no trial. */
  readonly canary: Percent | null;
  /** Deploy what is the same as the current release. */
  readonly force: boolean;
}

/** What `backup` gives a target. */
export interface BackupOrder {
  readonly verify: boolean;
  /** Try this one, and make none; `latest` is the newest. `null`: make one. */
  readonly existing: string | null;
}

/** What `restore` gives a target. */
export interface RestoreOrder {
  /** Asked what the file says; `null`: the fleet that is there. */
  readonly load: () => Promise<UpOrder>;
  /** `null`: the newest that fits. */
  readonly backup: string | null;
  readonly to: RestoreTarget;
  /** `null`: all that the backup has. */
  readonly parts: readonly Part[] | null;
  readonly from: Origin | null;
}

/** What `import` gives a target. */
export interface ImportOrder {
  /** Absolute. */
  readonly path: string;
  readonly database: string | null;
  readonly replace: boolean;
}

/** `web=5`, `worker.reports=+2`. */
export interface ScaleOrder {
  readonly group: string;
  /** `auto`: the engine moves it again, where the file gives it bounds. */
  readonly by: "to" | "by" | "auto";
  readonly count: number;
}

export interface DownOptions {
  /** Data, logs and secrets are deleted too. */
  readonly volumes: boolean;
  /** It takes back what was just made, of which nobody asks what backups there are. */
  readonly isUndo?: boolean;
}

/** How whoever gives an order follows it. */
export interface Watch {
  readonly onEvent: (event: FleetEvent) => void;
  /** Only show the steps. */
  readonly dryRun: boolean;
  /** Aborted: stop starting things, and reject with TF_CANCELLED. */
  readonly cancel: AbortSignal;
  /** Aborted: do not wait for what is in flight. */
  readonly hurry: AbortSignal;
}

export interface LogQuery {
  /** Members; none means all. */
  readonly members: readonly string[];
  /** The last so many lines of each. */
  readonly lines: number;
  readonly follow: boolean;
  /** Only lines written after this, in milliseconds since 1970; `null`: all. */
  readonly since: number | null;
}

export interface LogLine {
  readonly member: string;
  readonly text: string;
}

/**
 * Where a fleet runs. Every command asks this and nothing else, so that none learns where that is.
 * Orders converge: what is already so is success. Faults are those of docs/reference/faults.md.
 */
/** The socket of PostgreSQL's primary, as libpq names it. */
export interface PrimarySocket {
  readonly directory: string;
  readonly port: number;
}

export interface Target {
  /** An order is about to come: what it will need may be started while the caller reads the fleet file. Never throws. */
  expect(): void;
  up(order: UpOrder, watch: Watch): Promise<void>;
  /** `lasting`: how long numbers that move by themselves stay as they are set, milliseconds; absent: until they are given back. */
  scale(orders: readonly ScaleOrder[], watch: Watch, lasting?: number): Promise<void>;
  /** Members and groups; none means all. Fault: TF_MEMBER_UNKNOWN naming the nearest. */
  restart(names: readonly string[], watch: Watch): Promise<void>;
  failover(service: "postgres" | "redis", to: string | null, watch: Watch): Promise<void>;
  /** Faults: TF_RELEASE_CODE, TF_BUILD_FAILED, TF_RELEASE_FAILED, TF_SMOKE_FAILED, TF_DEPLOY_FAILED, TF_CANARY. */
  deploy(order: DeployOrder, watch: Watch): Promise<void>;
  /** Rolls out the release that is on trial. Fault: TF_CANARY. */
  promote(watch: Watch): Promise<void>;
  /** To a release, or to the one before the current one. Fault: TF_RELEASE_UNKNOWN. */
  rollback(to: number | null, watch: Watch): Promise<void>;
  releases(): Promise<ReleasesReport>;
  /** Faults: TF_BACKUP_FAILED, TF_BACKUP_PLACE, TF_BACKUP_DAMAGED, TF_BACKUP_UNKNOWN, TF_VERIFY_FAILED. */
  backup(order: BackupOrder, watch: Watch): Promise<void>;
  /** `load` is asked what the file says, where there was never a fleet. Faults: TF_BACKUP_PLACE, TF_BACKUP_DAMAGED. */
  backups(load: () => Promise<UpOrder>): Promise<BackupsReport>;
  /** Faults: TF_BACKUP_UNKNOWN, TF_RESTORE_TIME, TF_RESTORE_FAILED, TF_BACKUP_DAMAGED, TF_POSTGRES_DATA_VERSION. */
  restore(order: RestoreOrder, watch: Watch): Promise<void>;
  /** Faults: TF_IMPORT_FILE, TF_IMPORT_FAILED, TF_IMPORT_OCCUPIED, TF_NOT_CONFIGURED. */
  import(order: ImportOrder, watch: Watch): Promise<void>;
  down(options: DownOptions, watch: Watch): Promise<void>;
  /** A fleet that does not run is `down` and has no members. Fault: TF_NOT_RUNNING where there was never one. */
  ps(): Promise<FleetReport>;
  health(): Promise<HealthReport>;
  /** What was seen of the load in the last so many milliseconds, and what it likely means. Fault: TF_NOT_RUNNING. */
  loadDiagnosis(lasting: Millis): Promise<LoadDiagnosis>;
  /** The variables of a member of the application, or of none of them in particular. */
  environment(member: string | null): Promise<Readonly<Record<string, string>>>;
  /** Where the database's superuser gets in, whom the socket knows; `null`: no primary of the fleet's own runs. */
  primarySocket(): Promise<PrimarySocket | null>;
  /** What the fleet runs by. Fault: TF_NOT_RUNNING where there was never one. */
  spec(): Promise<Spec>;
  /** Tells of everything that happens from now on, until aborted or nobody is there who could tell. */
  events(onEvent: (event: FleetEvent) => void, signal: AbortSignal): Promise<void>;
  /** Breaks members on purpose. */
  readonly breaker: Breaker;
  logs(query: LogQuery, onLine: (line: LogLine) => void, signal: AbortSignal): Promise<void>;
  /** Things worth telling that were not asked for: an engine that had to be started again. */
  readonly notes: readonly string[];
}
