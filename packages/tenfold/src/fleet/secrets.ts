import type { Secret } from "../units/secret.ts";

/** Generated once for each fleet. */
export const SECRET_NAMES: readonly SecretName[] = [
  "postgresSuperuser",
  "postgresReplication",
  "postgresApplication",
  "postgresMonitor",
  "poolerAdmin",
  "redis",
  "cache",
];

export type SecretName =
  | "postgresSuperuser"
  | "postgresReplication"
  | "postgresApplication"
  | "postgresMonitor"
  | "poolerAdmin"
  | "redis"
  | "cache";

export type Secrets = Readonly<Record<SecretName, Secret>>;
