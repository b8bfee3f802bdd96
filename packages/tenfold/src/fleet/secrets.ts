import type { Secret } from "../units/secret.ts";

/** Generated once for each fleet. PostgreSQL's superuser and replication have none: the socket knows its peers. */
export const SECRET_NAMES: readonly SecretName[] = ["postgresApplication", "poolerAdmin", "redis", "cache"];

export type SecretName = "postgresApplication" | "poolerAdmin" | "redis" | "cache";

export type Secrets = Readonly<Record<SecretName, Secret>>;
