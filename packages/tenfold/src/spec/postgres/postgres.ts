import { z } from "zod";
import type { Bytes } from "../../units/bytes.ts";
import { type Millis, seconds } from "../../units/millis.ts";
import { duration, size } from "../scalars.ts";

/** PgBouncer, transaction pooling. */
export interface Pool {
  /** Server connections for each database. */
  readonly size: number;
  /** Client connections at once. */
  readonly clients: number;
  /** How long a client waits for a server connection, also through a failover, before it gets an error. */
  readonly wait: Millis;
}

/** A primary and its streaming replicas, run by Tenfold. */
export interface LocalPostgres {
  readonly kind: "local";
  readonly replicas: number;
  readonly database: string | null;
  /** Memory that the primary's buffers may use; `null`: by the machine. */
  readonly memory: Bytes | null;
  readonly pool: Pool;
  readonly settings: Readonly<Record<string, string>>;
}

/** A database that somebody else runs. */
export interface ManagedPostgres {
  readonly kind: "managed";
  readonly url: string;
  readonly readUrls: readonly string[];
}

export type Postgres = LocalPostgres | ManagedPostgres | false;

const pool = z.strictObject({
  size: z.number().int().min(1).max(1000).default(25).describe("Server connections for each database."),
  clients: z.number().int().min(1).max(100_000).default(2000).describe("Client connections at once."),
  wait: duration
    .default(seconds(15))
    .describe("How long a client waits for a server connection, also through a failover, before it gets an error."),
});

const local = z.strictObject({
  replicas: z
    .number()
    .int()
    .min(0)
    .max(8)
    .default(2)
    .describe("Streaming replicas. With one or more, a commit is acknowledged when a replica has it on disk too."),
  database: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,50}$/)
    .optional()
    .describe("The database's name; the fleet's name when absent."),
  memory: size.optional().describe("Memory for the buffers of each server; by the machine's memory when absent."),
  pool: pool.prefault({}).describe("PgBouncer, in transaction mode."),
  settings: z
    .record(z.string().regex(/^[a-z_][a-z0-9_.]*$/), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .default({})
    .describe("Settings of postgresql.conf, which win over Tenfold's."),
});

const managed = z.strictObject({
  url: z.string().min(1).describe("postgres://user:password@host:port/database of a database that somebody else runs."),
  readUrls: z.array(z.string().min(1)).default([]).describe("Its read replicas."),
});

const localFrom = (value: z.output<typeof local>): LocalPostgres => ({
  kind: "local",
  ...value,
  database: value.database ?? null,
  memory: value.memory ?? null,
});

export const postgres: z.ZodType<Postgres> = z.union([
  z.boolean().transform((on) => (on ? localFrom(local.parse({})) : (false as const))),
  managed.transform((value): ManagedPostgres => ({ kind: "managed", ...value })),
  local.transform(localFrom),
]);
