import { type Bytes, mebibytes } from "../../units/bytes.ts";
import { ALL_PARTS, type Parts } from "./parts.ts";
import { MOST_UTILISATION } from "./queue.ts";

/**
 * What is taken for true where nothing was measured. Every plan that rests on it shows it, and a measurement of the user's
 * own application replaces what matters most.
 */
export interface Assumptions {
  /** What the fleet has: by its file, else all that one may have. */
  readonly parts: Parts;
  /** No instance is planned to work for a larger part of its time, however long answers may take; 0 to 1. */
  readonly mostUtilisation: number;
  /** Seconds that a request holds a connection to the database. */
  readonly databaseTime: number;
  /** Seconds of a core that a request costs PostgreSQL. */
  readonly databaseCpu: number;
  /** And Redis and the cache, where that was measured: it is so little. With a PostgreSQL, `databaseCpu` has it in it. */
  readonly redisCpu: number;
  /** Seconds of a core that a request costs the balancer. */
  readonly balancerTime: number;
  /** The share of requests that leave a job behind, and the seconds that it takes a worker. */
  readonly jobShare: number;
  readonly jobTime: number;
  /** Jobs that a worker works on at once. */
  readonly jobsAtOnce: number;
  /** The share of the database's work that replicas can do. */
  readonly readShare: number;
  /** Of a web instance, and of a worker. */
  readonly instanceMemory: Bytes;
  readonly sessionMemory: Bytes;
  readonly cachePerUser: Bytes;
  /** The part of the data that is used all the time, and all of it. */
  readonly hotDataPerUser: Bytes;
  readonly dataPerUser: Bytes;
}

export const ASSUMED: Assumptions = {
  parts: ALL_PARTS,
  mostUtilisation: MOST_UTILISATION,
  databaseTime: 0.005,
  databaseCpu: 0.005,
  redisCpu: 0,
  balancerTime: 0.0001,
  jobShare: 0.05,
  jobTime: 0.5,
  jobsAtOnce: 1,
  readShare: 0.7,
  instanceMemory: mebibytes(256),
  sessionMemory: mebibytes(0.0625),
  cachePerUser: mebibytes(0.1),
  hotDataPerUser: mebibytes(2),
  dataPerUser: mebibytes(20),
};

/** Seconds of a core that a request was measured to cost each; `null`: that is not known. */
export interface Costs {
  readonly web: number | null;
  readonly balancer: number | null;
  readonly data: number | null;
}

/** Takes what was measured instead of what is assumed. */
export function withCosts(assumed: Assumptions, { balancer, data }: Costs): Assumptions {
  const known = { ...assumed, balancerTime: balancer ?? assumed.balancerTime };
  if (data === null) return known;
  return assumed.parts.postgres ? { ...known, databaseCpu: data } : { ...known, redisCpu: data };
}
