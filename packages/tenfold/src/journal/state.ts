import type { Counts } from "../fleet/counts.ts";
import type { GroupName, MemberKind, MemberName } from "../fleet/member.ts";
import type { Paths } from "../fleet/paths.ts";
import type { PortBook } from "../fleet/ports.ts";
import type { Release } from "../fleet/release.ts";
import type { Running, Topology } from "../fleet/state.ts";
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
  readonly restarts: number;
}

/** What a fleet is and shall be: all that an engine needs to go on where another one stopped. */
export interface StoredState {
  /** Random, made once; names cgroups and temporary directories. */
  readonly id: string;
  /** Whether it shall run; what an interrupted operation is resumed towards. */
  readonly wanted: "running" | "stopped";
  readonly spec: Spec;
  readonly counts: Counts;
  readonly releases: readonly Release[];
  /** The number of the release that shall run. */
  readonly release: number;
  readonly topology: Topology;
  readonly ports: PortBook;
  readonly paths: Paths;
  /** The kernel's; after a reboot no stored pid means anything. */
  readonly bootId: string;
  readonly members: readonly StoredMember[];
}
