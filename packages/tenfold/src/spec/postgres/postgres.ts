import { z } from "zod";
import { type Bytes, mebibytes } from "../../units/bytes.ts";
import type { Millis } from "../../units/millis.ts";
import { positiveDuration, possiblyEmptyLine, sizeFrom } from "../scalars.ts";
import { withTraits } from "../traits.ts";

/** Server connections of a pool, and its clients, that a file may ask for. */
export const MOST_POOL = 1_000;
export const MOST_CLIENTS = 100_000;

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
  /** When no replica is there: `durability` lets commits wait for one, `availability` lets them go on without. */
  readonly prefer: "durability" | "availability";
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

const url = withTraits(z.string().regex(/^postgres(ql)?:\/\/\S+$|\$\{/), {
  expects: "a URL such as postgres://user:password@host:5432/database, or a ${VARIABLE} that holds one",
  text: "template",
  secret: true,
});

const pool = z
  .strictObject({
    size: z.number().int().min(1).max(MOST_POOL).prefault(25).describe("Server connections for each database."),
    clients: z.number().int().min(1).max(MOST_CLIENTS).prefault(2000).describe("Client connections at once."),
    wait: positiveDuration
      .prefault("15s")
      .describe("How long a client waits for a server connection, also through a failover, before it gets an error."),
  })
  .meta({ id: "Pool" });

const settingName = withTraits(z.string().regex(/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/), {
  expects: "the name of a setting, such as work_mem",
});

const settingValue = withTraits(z.union([possiblyEmptyLine, z.number(), z.boolean()]).transform(String).readonly(), {
  expects: "text on one line, a number or a boolean",
  verbatim: true,
});

const local = withTraits(
  z
    .strictObject({
      replicas: z
        .number()
        .int()
        .min(0)
        .max(8)
        .prefault(2)
        .describe("Streaming replicas. With one or more, a commit is acknowledged when a replica has it on disk too."),
      prefer: z
        .enum(["durability", "availability"])
        .optional()
        .describe(
          "When no replica is there: durability lets commits wait until one is back, availability lets them go on without after a few seconds. Absent: durability with two or more replicas, else availability.",
        ),
      database: withTraits(z.string().regex(/^[a-z_][a-z0-9_]{0,50}$/), {
        expects: "lower-case letters, digits and _, and not start with a digit",
      })
        .optional()
        .describe("The database's name; the fleet's name when absent."),
      memory: sizeFrom(mebibytes(1))
        .optional()
        .describe("Memory for the buffers of each server; by the machine's memory when absent."),
      pool: pool.prefault({}).describe("PgBouncer, in transaction mode."),
      settings: withTraits(z.record(settingName, settingValue), {
        expects: "a map of settings, such as work_mem: 16MB",
      })
        .prefault({})
        .describe("Settings of postgresql.conf, which win over Tenfold's."),
    })
    .meta({ id: "LocalPostgres" }),
  { form: "a database that Tenfold runs" },
);

const managed = withTraits(
  z
    .strictObject({
      url: url.describe("postgres://user:password@host:port/database of a database that somebody else runs."),
      readUrls: z.array(url).max(8).prefault([]).describe("Its read replicas."),
    })
    .meta({ id: "ManagedPostgres" }),
  { form: "a database that somebody else runs" },
);

const localFrom = (value: z.output<typeof local>): LocalPostgres => ({
  kind: "local",
  ...value,
  prefer: value.prefer ?? (value.replicas > 1 ? "durability" : "availability"),
  database: value.database ?? null,
  memory: value.memory ?? null,
});

export const postgres: z.ZodType<Postgres> = z.union([
  z.boolean().transform((on) => (on ? localFrom(local.parse({})) : (false as const))),
  local.transform(localFrom),
  managed.transform((value): ManagedPostgres => ({ kind: "managed", ...value })),
]);
