import type { Bytes } from "../units/bytes.ts";
import type { RunAs } from "./launch.ts";

export const PROGRAMS: readonly ProgramName[] = [
  "haproxy",
  "nginx",
  "postgres",
  "pgbouncer",
  "redis-server",
  "openssl",
  "prometheus",
  "alertmanager",
];

/** Those that a machine should have before it is known what a file asks for: monitoring is asked for by few. */
export const USUAL_PROGRAMS: readonly ProgramName[] = PROGRAMS.filter(
  (name) => name !== "prometheus" && name !== "alertmanager",
);

/** `redis-server` stands for Valkey's `valkey-server` too, `alertmanager` for Debian's `prometheus-alertmanager`. */
export type ProgramName =
  | "haproxy"
  | "nginx"
  | "postgres"
  | "pgbouncer"
  | "redis-server"
  | "openssl"
  | "prometheus"
  | "alertmanager";

/** `[major, minor, patch]`. */
export type Version = readonly [number, number, number];

export interface Program {
  /** Absolute; for `postgres` its siblings (initdb, pg_basebackup, ...) are in the same directory. */
  readonly path: string;
  readonly version: Version;
  /** Further ones that are installed, newest first: a data directory needs the PostgreSQL of its own major version. */
  readonly others?: readonly Program[];
}

/** Negative, zero or positive, as for `sort`. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

export function isAtLeast(version: Version, oldest: Version): boolean {
  return compareVersions(version, oldest) >= 0;
}

/** Who a process runs as. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** What the fleet runs on, as observed when the engine started or a command asked. */
export interface Machine {
  readonly cores: number;
  readonly memory: Bytes;
  readonly programs: Readonly<Partial<Record<ProgramName, Program>>>;
  readonly users: Readonly<Record<RunAs, User>>;
}
