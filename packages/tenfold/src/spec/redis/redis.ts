import { z } from "zod";
import { type Bytes, mebibytes } from "../../units/bytes.ts";
import { size } from "../scalars.ts";

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

const local = z.strictObject({
  replicas: z.number().int().min(0).max(8).default(1).describe("Replicas of the durable Redis."),
  sentinels: z
    .number()
    .int()
    .min(0)
    .max(9)
    .optional()
    .describe("Sentinels, which decide on failovers: an odd number, 3 when there are replicas."),
  memory: size.default(mebibytes(256)).describe("Memory for data; when it is full, writes fail rather than evict."),
});

const managed = z.strictObject({
  url: z.string().min(1).describe("redis://user:password@host:port/0 of a Redis that somebody else runs."),
  cacheUrl: z.string().min(1).optional().describe("Another one, for the cache."),
});

const localFrom = (value: z.output<typeof local>): LocalRedis => ({
  kind: "local",
  ...value,
  sentinels: value.sentinels ?? (value.replicas > 0 ? 3 : 0),
});

export const redis: z.ZodType<Redis> = z.union([
  z.boolean().transform((on) => (on ? localFrom(local.parse({})) : (false as const))),
  managed.transform((value): ManagedRedis => ({ kind: "managed", url: value.url, cacheUrl: value.cacheUrl ?? null })),
  local.transform(localFrom),
]);

const cacheFields = z.strictObject({
  memory: size.default(mebibytes(128)).describe("Memory for data; when it is full, the least used goes."),
});

export const cache: z.ZodType<Cache | boolean> = z.union([z.boolean(), cacheFields]);

export const DEFAULT_CACHE: Cache = { memory: mebibytes(128) };
