import {
  type HaproxyTuning,
  type NginxTuning,
  type PostgresTuning,
  type RedisTuning,
  tuneCache,
  tuneHaproxy,
  tuneNginx,
  tunePostgresServer,
  tuneRedis,
} from "../../fleet/tuning.ts";
import { MOST_CONNECTIONS } from "../../spec/balancer/balancer.ts";
import { MOST_CLIENTS, MOST_POOL } from "../../spec/postgres/postgres.ts";
import { type Bytes, bytes, mebibytes } from "../../units/bytes.ts";
import { ASSUMED, type Assumptions } from "./assumptions.ts";
import type { MachineGroup } from "./machines.ts";
import { frontsOf, type Parts } from "./parts.ts";
import { BUSY, type OneMachine, place } from "./place.ts";
import type { PriceTable } from "./prices.ts";

/** What there is to serve. */
export interface Load {
  readonly users: number;
  /** Requests a second. */
  readonly rate: number;
  /** Web instances, spare included, and the cores that they keep busy. */
  readonly web: number;
  readonly webCores: number;
}

/** How much may break at once, and how much room is left. */
export interface Standard {
  readonly replicas: number;
  readonly redisReplicas: number;
  /** Machines for the application at least; one means that all of the fleet is on it. */
  readonly machines: number;
}

/** What the balancer's file will say, by the names that its program has for it. */
export type BalancerTuning =
  | ({ readonly program: "haproxy" } & HaproxyTuning)
  | ({ readonly program: "nginx" } & NginxTuning);

/** Everything of a fleet that has a size. `tuning` is what Tenfold writes into the part's own configuration. */
export interface FleetSize {
  /** What the fleet has. Of a part that it lacks, the figures here are those that such a size usually has: nothing counts them. */
  readonly parts: Parts;
  readonly users: number;
  readonly rate: number;
  readonly web: number;
  readonly workers: number;
  readonly postgres: {
    readonly replicas: number;
    readonly memory: Bytes;
    readonly cores: number;
    readonly poolSize: number;
    readonly poolClients: number;
    readonly tuning: PostgresTuning;
  };
  readonly redis: { readonly replicas: number; readonly memory: Bytes; readonly tuning: RedisTuning };
  readonly cache: { readonly memory: Bytes; readonly tuning: RedisTuning };
  readonly balancer: { readonly maxConnections: number; readonly threads: number; readonly tuning: BalancerTuning };
  /** Empty when `lacking`. */
  readonly machines: readonly MachineGroup[];
  /** Why there are no machines and no cost; `null`: there are. */
  readonly lacking: string | null;
  /** What it takes to have all of it on one machine, which is how Tenfold runs today. */
  readonly oneMachine: OneMachine;
  readonly storage: Bytes;
  /** `null` when `lacking`. */
  readonly cost: { readonly monthly: number | null; readonly currency: string };
}

const MOST_REPLICAS = 8;
/** A replica that would need more is given another one. */
const READER_CORES = 8;
const LEAST_POOL = 10;
/** A pool much larger than the cores only makes queries wait inside of the database instead of before it. */
const POOL_PER_CORE = 12;
const LEAST_CLIENTS = 500;
/** Connections that one process of the application may open. */
const CLIENTS_PER_PROCESS = 20;

function upTo(step: Bytes, value: number): Bytes {
  return bytes(Math.max(1, Math.ceil(value / step)) * step);
}

function clamp(low: number, value: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function sizePostgres(load: Load, standard: Standard, assumed: Assumptions, workers: number): FleetSize["postgres"] {
  const busy = load.rate * assumed.databaseCpu;
  const reads = busy * assumed.readShare;
  const readers = clamp(standard.replicas, Math.ceil(reads / (READER_CORES * BUSY)), MOST_REPLICAS);
  const primary = readers === 0 ? busy : busy - reads;
  // Not what each of several has to do: where one is away, another does its reads as well.
  const reader = readers === 0 ? 0 : Math.max(Math.min(reads, READER_CORES * BUSY), reads / MOST_REPLICAS);
  const cores = Math.max(1, Math.ceil(Math.max(primary, reader) / BUSY));
  const memory = upTo(mebibytes(512), clamp(mebibytes(1_024), load.users * assumed.hotDataPerUser, mebibytes(65_536)));
  const enough = Math.min(MOST_POOL, Math.max(25, cores * POOL_PER_CORE));
  const poolSize = clamp(LEAST_POOL, Math.ceil(((load.rate * assumed.databaseTime) / BUSY) * 2), enough);
  const processes = load.web + (assumed.parts.workers ? workers : 0);
  const poolClients = clamp(LEAST_CLIENTS, Math.ceil((processes * CLIENTS_PER_PROCESS) / 100) * 100, MOST_CLIENTS);
  return {
    ...{ replicas: readers, memory, cores, poolSize, poolClients },
    tuning: tunePostgresServer({ memory, cores, poolSize }),
  };
}

function sizeBalancer({ users }: Load, cores: number, parts: Parts): FleetSize["balancer"] {
  // A browser keeps up to six connections, and some people come twice.
  const maxConnections = clamp(10_000, Math.ceil((users * 8) / 1_000) * 1_000, MOST_CONNECTIONS);
  const share = { maxConnections, cores };
  const haproxy = tuneHaproxy(share, frontsOf(parts));
  const tuning: BalancerTuning =
    parts.balancer === "haproxy" ? { program: "haproxy", ...haproxy } : { program: "nginx", ...tuneNginx(share) };
  return { maxConnections, threads: haproxy.nbthread, tuning };
}

/** Sizes everything for a load. Monotone: more load never gets less of anything. */
export function sizeFleet(
  load: Load,
  standard: Standard,
  prices: PriceTable,
  assumed: Assumptions = ASSUMED,
): FleetSize {
  const workers = Math.max(1, Math.ceil((load.rate * assumed.jobShare * assumed.jobTime) / BUSY / assumed.jobsAtOnce));
  const postgres = sizePostgres(load, standard, assumed, workers);
  const { parts } = assumed;
  const durable = upTo(mebibytes(64), Math.max(mebibytes(256), load.users * assumed.sessionMemory * 2));
  const redis = { replicas: standard.redisReplicas, memory: durable, tuning: tuneRedis(durable) };
  const cached = upTo(mebibytes(64), Math.max(mebibytes(128), load.users * assumed.cachePerUser));
  const cache = { memory: cached, tuning: tuneCache(cached) };
  const size = { parts, users: load.users, rate: load.rate, web: load.web, workers, postgres, redis, cache };
  const { machines, lacking, oneMachine } = place({ load, size, standard, assumed }, prices);
  const copies = parts.postgres ? 1 + postgres.replicas : 0;
  const storage = upTo(mebibytes(10_240), load.users * assumed.dataPerUser * copies);
  const disk = (storage / 1024 ** 3) * prices.storagePerGb;
  return {
    ...size,
    balancer: sizeBalancer(load, Math.ceil(oneMachine.type?.cores ?? oneMachine.cores), parts),
    ...{ machines, lacking, oneMachine },
    storage,
    cost: {
      monthly: lacking === null ? machines.reduce((sum, { monthly }) => sum + monthly, disk) : null,
      currency: prices.currency,
    },
  };
}
