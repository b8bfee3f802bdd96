import { localPostgres, localRedis } from "../../../spec/local.ts";
import type { Spec } from "../../../spec/spec.ts";
import type { Trigger } from "./trigger.ts";

const withPostgres = (spec: Spec): boolean => localPostgres(spec) !== null;
const withReplicas = (spec: Spec): boolean => (localPostgres(spec)?.replicas ?? 0) > 0;
const withCache = ({ cache }: Spec): boolean => cache !== false;

const CACHE = '{server=~"cache-.*"}';
const HITS = `rate(tenfold_redis_hits_total${CACHE}[10m])`;
const MISSES = `rate(tenfold_redis_misses_total${CACHE}[10m])`;
const EVICTED = `rate(tenfold_redis_evicted_total${CACHE}[10m])`;

/** Of PostgreSQL, the pooler, Redis and the cache. */
export const DATA_TRIGGERS: readonly Trigger[] = [
  {
    name: "primaryAlone",
    concerns: withReplicas,
    holds: () =>
      'tenfold_postgres_synchronous_replicas == 0 and on () count(tenfold_member_ready{kind="postgres"}) > 1',
    summary: "The primary is alone with its commits",
    description: "No replica confirms them: what is committed now would be lost with the primary's disk, or waits.",
    action: "tenfold ps shows why the replicas do not follow.",
  },
  {
    name: "replicaLag",
    concerns: withReplicas,
    holds: (above) => `tenfold_postgres_replica_lag_bytes > ${above * 1024 ** 2}`,
    summary: "{{ $labels.replica }} lags behind",
    description: "It has yet to replay {{ $value | humanize1024 }}B: reads from it are old.",
    action: "Look for long queries on it (tenfold psql: SELECT * FROM replication_status), or for a busy disk.",
  },
  {
    name: "connections",
    concerns: withPostgres,
    holds: (above) => `tenfold_postgres_connections / tenfold_postgres_connections_max > ${above / 100}`,
    summary: "PostgreSQL runs out of connections",
    description: "{{ $value | humanizePercentage }} of max_connections are in use; at 100 % clients are refused.",
    action: "Use DATABASE_URL, which goes through the pooler, rather than DATABASE_DIRECT_URL; look for idle sessions.",
  },
  {
    name: "poolerWaiting",
    concerns: withPostgres,
    holds: (above) => `tenfold_pooler_longest_wait_seconds > ${above}`,
    summary: "Clients wait for a connection to PostgreSQL",
    description: "One has waited {{ $value | humanizeDuration }}: all connections of the pool are in use.",
    action: "Look for long transactions (tenfold psql: SELECT * FROM pg_stat_activity), or raise postgres.pool.size.",
  },
  {
    name: "cacheMisses",
    concerns: withCache,
    // Below a lookup a second, it says nothing.
    holds: (above) => `${MISSES} / (${HITS} + ${MISSES} > 1) > ${above / 100}`,
    summary: "The cache is of little use",
    description: "{{ $value | humanizePercentage }} of the lookups in {{ $labels.server }} find nothing.",
    action: "Look at what is cached and for how long; raise cache.memory when keys are evicted.",
  },
  {
    name: "cacheEvictions",
    concerns: withCache,
    holds: (above) => `${EVICTED} / (${HITS} > 0) > ${above / 100} and ${EVICTED} > 1`,
    summary: "The cache is too small",
    description: "{{ $labels.server }} evicts {{ $value | humanize }} keys for each one that is found.",
    action: "Raise cache.memory, or cache less.",
  },
  {
    name: "redisMemory",
    concerns: (spec) => localRedis(spec) !== null,
    holds: (above) =>
      `tenfold_redis_memory_bytes{server=~"redis-.*"} / (tenfold_redis_memory_max_bytes > 0) > ${above / 100}`,
    summary: "{{ $labels.server }} is nearly full",
    description:
      "{{ $value | humanizePercentage }} of its memory are in use; at 100 % writes fail, since it never evicts.",
    action:
      "Look for queues that grow and for keys without an expiry (tenfold redis-cli --bigkeys), or raise redis.memory.",
  },
];
