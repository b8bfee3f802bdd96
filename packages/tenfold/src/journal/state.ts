import type { Restore } from "../fleet/backup/restore.ts";
import type { Counts } from "../fleet/counts.ts";
import type { Stop } from "../fleet/launch.ts";
import type { GroupName, MemberKind, MemberName } from "../fleet/member.ts";
import type { Paths } from "../fleet/paths.ts";
import type { PortBook } from "../fleet/ports.ts";
import type { Release } from "../fleet/release.ts";
import type { Running, Topology } from "../fleet/state.ts";
import type { WebSets } from "../fleet/web-sets.ts";
import type { Strategy } from "../spec/deploy/deploy.ts";
import type { Spec } from "../spec/spec.ts";

/** A member that was started, as it was started. */
export interface StoredMember {
  readonly name: MemberName;
  readonly kind: MemberKind;
  readonly group: GroupName;
  readonly index: number;
  readonly release: number | null;
  /** `null` when it was stopped or is known to have ended. */
  readonly running: Running | null;
  /** Fingerprint of what needs a new process when it changes. */
  readonly restartKey: string;
  /** Fingerprint of the files that a running process can take. */
  readonly reloadKey: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** When the process became ready first; absent before that. */
  readonly readyAt?: number;
  readonly restarts: number;
  /** The process has had the signal to end; absent: it has not. */
  readonly asked?: boolean;
  /** How it is stopped, also when the file knows it no more. */
  readonly stop: Stop;
}

/** A number that was set by hand. */
export interface StoredOverride {
  readonly count: number;
  /** Milliseconds since 1970; `null`: until it is given back. */
  readonly until: number | null;
}

/** A deploy that was begun: what it leads to, and what it falls back to when it fails. */
export interface StoredDeploy {
  readonly from: number;
  readonly to: number;
  readonly strategy: Strategy | "canary";
  /** The file and the sets before it. */
  readonly before: { readonly spec: Spec; readonly web: WebSets };
  /** The file that comes with it. */
  readonly spec: Spec;
  /** It has served before: whoever goes back does not wait for its smoke command, nor for a watch where it is warm. */
  readonly haste: "none" | "proven" | "warm";
}

/** When a backup was last made by itself, or tried to be. Milliseconds since 1970. */
export interface BackupRecord {
  readonly triedAt: number;
  /** `null` until one was made. */
  readonly madeAt: number | null;
  /** Why the last one was not made. */
  readonly failure: string | null;
}

/** What a fleet is and shall be: all that an engine needs to go on where another one stopped. */
export interface StoredState {
  /** Random, made once; names cgroups and temporary directories. */
  readonly id: string;
  /** Whether it shall run; what an interrupted operation is resumed towards. */
  readonly wanted: "running" | "stopped";
  readonly spec: Spec;
  readonly counts: Counts;
  readonly web: WebSets;
  readonly releases: readonly Release[];
  /** The number of the release that shall run. */
  readonly release: number;
  /** A deploy that is under way; `null` otherwise. */
  readonly deploy: StoredDeploy | null;
  readonly topology: Topology;
  /** A restore that is under way; absent otherwise. */
  readonly restore?: Restore | null;
  /** Absent until a backup was made or tried. */
  readonly backups?: BackupRecord;
  readonly ports: PortBook;
  readonly paths: Paths;
  /** The kernel's; after a reboot no stored pid means anything. */
  readonly bootId: string;
  readonly members: readonly StoredMember[];
  /** Numbers that a person has set and the engine would move; absent in states of earlier versions. */
  readonly overrides?: Readonly<Record<string, StoredOverride>>;
}
