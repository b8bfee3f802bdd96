import { isAtLeast, type Program, type ProgramName, type Version } from "../../fleet/machine.ts";

/** The oldest versions that are supported: those of Debian 12. OpenSSL's is the first that knows `req -addext`. */
export const OLDEST: Readonly<Record<ProgramName, Version>> = {
  haproxy: [2, 6, 0],
  nginx: [1, 22, 0],
  postgres: [15, 0, 0],
  pgbouncer: [1, 18, 0],
  "redis-server": [7, 0, 0],
  openssl: [1, 1, 1],
  prometheus: [2, 42, 0],
  alertmanager: [0, 25, 0],
};

export function isSupported(name: ProgramName, program: Program): boolean {
  return isAtLeast(program.version, OLDEST[name]);
}
