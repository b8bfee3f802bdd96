import type { ProgramName, Version } from "../../fleet/machine.ts";

/**
 * What a program says before its version number, whatever stands around it. Forks that answer to the same name (freenginx,
 * OpenResty, Valkey, LibreSSL) are accepted where they read the same configuration; KeyDB and Angie are not.
 */
const INTRODUCTIONS: Readonly<Record<ProgramName, RegExp>> = {
  haproxy: /^HA-?Proxy version\s+/im,
  nginx: /^(?:nginx|freenginx) version:\s+\w+\//im,
  postgres: /^postgres \([^)]*\)\s+/im,
  pgbouncer: /^PgBouncer (?:version )?/im,
  "redis-server": /^(?:Redis|Valkey) server v=/im,
  openssl: /^(?:OpenSSL|LibreSSL)\s+/im,
  prometheus: /^prometheus, version\s+/im,
  alertmanager: /^alertmanager, version\s+/im,
};

/** The arguments that make a program tell its version and end at once. */
export const VERSION_ARGUMENTS: Readonly<Record<ProgramName, readonly string[]>> = {
  haproxy: ["-v"],
  nginx: ["-v"],
  postgres: ["-V"],
  pgbouncer: ["-V"],
  "redis-server": ["-v"],
  openssl: ["version"],
  prometheus: ["--version"],
  alertmanager: ["--version"],
};

/** Reads what a program said of its version; `undefined` when that is another program, or no version. */
export function parseVersion(program: ProgramName, said: string): Version | undefined {
  const introduction = INTRODUCTIONS[program].exec(said);
  if (introduction === null) return undefined;
  const number = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(said.slice(introduction.index + introduction[0].length));
  if (number === null) return undefined;
  return [Number(number[1]), Number(number[2] ?? 0), Number(number[3] ?? 0)];
}

/** `15.8` for PostgreSQL, which has two parts; `2.6.12` for the rest. */
export function formatVersion(program: ProgramName, version: Version): string {
  return version.slice(0, program === "postgres" ? 2 : 3).join(".");
}
