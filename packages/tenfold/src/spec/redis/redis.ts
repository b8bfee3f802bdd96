import { z } from "zod";
import { type Bytes, mebibytes } from "../../units/bytes.ts";
import { sizeFrom } from "../scalars.ts";
import { withTraits } from "../traits.ts";

/** The durable Redis: sessions, queues, limits. Append-only file, never evicts. */
export interface LocalRedis {
  readonly kind: "local";
  readonly replicas: number;
  readonly sentinels: number;
  readonly memory: Bytes;
}

/** A Redis that somebody else runs. */
export interface ManagedRedis {
  readonly kind: "managed";
  readonly url: string;
  readonly cacheUrl: string | null;
}

export type Redis = LocalRedis | ManagedRedis | false;

/** The cache: evicts the least used, keeps nothing on disk. */
export interface Cache {
  readonly memory: Bytes;
}

const url = withTraits(z.string().regex(/^rediss?:\/\/\S+$|\$\{/), {
  expects: "a URL such as redis://user:password@host:6379/0, or a ${VARIABLE} that holds one",
  text: "template",
  secret: true,
});

const local = withTraits(
  z
    .strictObject({
      replicas: z.number().int().min(0).max(8).prefault(1).describe("Replicas of the durable Redis."),
      sentinels: z
        .number()
        .int()
        .min(0)
        .max(9)
        .optional()
        .describe("Sentinels, which decide on failovers: an odd number. Absent: 3 when there are replicas, else 0."),
      memory: sizeFrom(mebibytes(1))
        .prefault("256mb")
        .describe("Memory for data; when it is full, writes fail rather than evict."),
    })
    .meta({ id: "LocalRedis" }),
  { form: "a Redis that Tenfold runs" },
);

const managed = withTraits(
  z
    .strictObject({
      url: url.describe("redis://user:password@host:port/0 of a Redis that somebody else runs."),
      cacheUrl: url.optional().describe("Another one, for the cache."),
    })
    .meta({ id: "ManagedRedis" }),
  { form: "a Redis that somebody else runs" },
);

const localFrom = (value: z.output<typeof local>): LocalRedis => ({
  kind: "local",
  ...value,
  sentinels: value.sentinels ?? (value.replicas > 0 ? 3 : 0),
});

export const redis: z.ZodType<Redis> = z.union([
  z.boolean().transform((on) => (on ? localFrom(local.parse({})) : (false as const))),
  local.transform(localFrom),
  managed.transform((value): ManagedRedis => ({ kind: "managed", url: value.url, cacheUrl: value.cacheUrl ?? null })),
]);

const cacheFields = z
  .strictObject({
    memory: sizeFrom(mebibytes(1)).prefault("128mb").describe("Memory for data; when it is full, the least used goes."),
  })
  .meta({ id: "Cache" });

export const cache: z.ZodType<Cache | false> = z.union([
  z.boolean().transform((on) => (on ? cacheFields.parse({}) : (false as const))),
  cacheFields,
]);

export const DEFAULT_CACHE: Cache = cacheFields.parse({});
