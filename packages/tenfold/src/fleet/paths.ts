import type { MemberName } from "./member.ts";

/**
 * Where a fleet keeps what. `state` is `.tenfold` in the project; `home` holds what services write and is `state`
 * unless the services' user cannot reach it; `run` holds sockets and is short enough for their 107 bytes.
 */
export interface Paths {
  readonly project: string;
  readonly state: string;
  readonly home: string;
  readonly run: string;
}

export function dataDirectory(paths: Paths, member: MemberName): string {
  return `${paths.home}/data/${member}`;
}

export function configFile(paths: Paths, file: string): string {
  return `${paths.home}/config/${file}`;
}

export function logFile(paths: Paths, member: MemberName): string {
  return `${paths.home}/logs/${member}.log`;
}

export function storageDirectory(paths: Paths): string {
  return `${paths.home}/storage`;
}

/** Where the application keeps caches and the like, when it runs as a user without a home. */
export function homeDirectory(paths: Paths): string {
  return `${paths.home}/home`;
}

/** Files of PostgreSQL's log on their way to where they are kept. */
export function logSpool(paths: Paths): string {
  return `${paths.home}/log-spool`;
}

/** Where a restore works, beside what it is to replace. */
export function restoreDirectory(paths: Paths, id: string): string {
  return `${paths.home}/restore-${id}`;
}

/** Where a backup is tried. */
export function tryDirectory(paths: Paths, id: string): string {
  return `${paths.home}/try-${id}`;
}

/** What a restore has replaced. */
export function replacedDirectory(paths: Paths, id: string): string {
  return `${paths.home}/replaced-${id}`;
}

export function socketFile(paths: Paths, name: string): string {
  return `${paths.run}/${name}.sock`;
}
