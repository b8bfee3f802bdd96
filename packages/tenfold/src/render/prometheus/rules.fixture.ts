import type { AlertName } from "../../spec/monitoring/alert-rules.ts";

/** Figures under which a rule must raise its alert, others under which it must not, and what it then says. */
export interface RuleCase {
  readonly name: AlertName;
  /** Figures that every variant has: series and values in promtool's notation, a value a minute. */
  readonly given?: Readonly<Record<string, string>>;
  readonly fires: Readonly<Record<string, string>>;
  readonly quiet: Readonly<Record<string, string>>;
  /** When to look. */
  readonly at: string;
  /** Labels beside `alertname` and `severity`. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

const MEMBER = 'member="worker-mail-1",kind="worker"';
const CACHE = 'server="cache-1"';
const DAY = 24 * 60;

export const RULE_CASES: readonly RuleCase[] = [
  {
    name: "fleetDown",
    fires: { tenfold_fleet_serving: "1 0x5" },
    quiet: { tenfold_fleet_serving: "1x5" },
    at: "3m",
    summary: "No visitor is served",
    description: "No web instance, or no balancer, is ready.",
  },
  {
    name: "engineDown",
    fires: { 'up{job="tenfold",instance="engine"}': "1 0x5" },
    quiet: { 'up{job="tenfold",instance="engine"}': "1 0 1x5", 'up{job="web",instance="web-1"}': "0x5" },
    at: "3m",
    labels: { job: "tenfold", instance: "engine" },
    summary: "The engine does not answer",
    description: "Visitors are served as before, but nothing is restarted, failed over or scaled until it is back.",
  },
  {
    name: "memberDown",
    fires: { [`tenfold_member_ready{${MEMBER}}`]: "1 0x5" },
    quiet: { [`tenfold_member_ready{${MEMBER}}`]: "1 0 1x5" },
    at: "3m",
    labels: { member: "worker-mail-1", kind: "worker" },
    summary: "worker-mail-1 is not ready",
    description: "Its process does not run, or its probe fails.",
  },
  {
    name: "crashLoop",
    fires: { [`tenfold_member_restarts_total{${MEMBER}}`]: "0 2x5 4+2x5" },
    quiet: { [`tenfold_member_restarts_total{${MEMBER}}`]: "0x5 2x5" },
    at: "10m",
    labels: { member: "worker-mail-1", kind: "worker" },
    summary: "worker-mail-1 ends again and again",
    description: "It was started again 8 times in five minutes.",
  },
  {
    name: "noReplica",
    given: {
      'tenfold_member_ready{member="postgres-1",kind="postgres"}': "1x9",
      'tenfold_member_leads{member="postgres-1",kind="postgres"}': "1x9",
      'tenfold_member_ready{member="postgres-2",kind="postgres"}': "0x9",
    },
    fires: { 'tenfold_member_ready{member="postgres-3",kind="postgres"}': "1 0x9" },
    quiet: { 'tenfold_member_ready{member="postgres-3",kind="postgres"}': "1x9" },
    at: "3m",
    labels: { kind: "postgres" },
    summary: "postgres has no replica",
    description: "None is ready: nobody could take over if the leader failed now.",
  },
  {
    name: "primaryAlone",
    given: {
      'tenfold_member_ready{member="postgres-1",kind="postgres"}': "1x9",
      'tenfold_member_ready{member="postgres-2",kind="postgres"}': "1x9",
    },
    fires: { tenfold_postgres_synchronous_replicas: "1 0x9" },
    quiet: { tenfold_postgres_synchronous_replicas: "1x9" },
    at: "3m",
    summary: "The primary is alone with its commits",
    description: "No replica confirms them: what is committed now would be lost with the primary's disk, or waits.",
  },
  {
    name: "replicaLag",
    fires: { 'tenfold_postgres_replica_lag_bytes{replica="postgres-2"}': "134217728x9" },
    quiet: { 'tenfold_postgres_replica_lag_bytes{replica="postgres-2"}': "67108864x9" },
    at: "3m",
    labels: { replica: "postgres-2" },
    summary: "postgres-2 lags behind",
    description: "It has yet to replay 128MiB: reads from it are old.",
  },
  {
    name: "connections",
    given: { tenfold_postgres_connections_max: "100x9" },
    fires: { tenfold_postgres_connections: "90x9" },
    quiet: { tenfold_postgres_connections: "80x9" },
    at: "6m",
    summary: "PostgreSQL runs out of connections",
    description: "90% of max_connections are in use; at 100 % clients are refused.",
  },
  {
    name: "poolerWaiting",
    fires: { tenfold_pooler_longest_wait_seconds: "2x9" },
    quiet: { tenfold_pooler_longest_wait_seconds: "1x9" },
    at: "3m",
    summary: "Clients wait for a connection to PostgreSQL",
    description: "One has waited 2s: all connections of the pool are in use.",
  },
  {
    name: "cacheMisses",
    given: { [`tenfold_redis_hits_total{${CACHE}}`]: "0+60x40" },
    fires: { [`tenfold_redis_misses_total{${CACHE}}`]: "0+180x40" },
    quiet: { [`tenfold_redis_misses_total{${CACHE}}`]: "0+60x40" },
    at: "30m",
    labels: { server: "cache-1" },
    summary: "The cache is of little use",
    description: "75% of the lookups in cache-1 find nothing.",
  },
  {
    name: "cacheEvictions",
    given: { [`tenfold_redis_hits_total{${CACHE}}`]: "0+60x40" },
    fires: { [`tenfold_redis_evicted_total{${CACHE}}`]: "0+120x40" },
    quiet: { [`tenfold_redis_evicted_total{${CACHE}}`]: "0+60x40" },
    at: "30m",
    labels: { server: "cache-1" },
    summary: "The cache is too small",
    description: "cache-1 evicts 2 keys for each one that is found.",
  },
  {
    name: "redisMemory",
    given: {
      'tenfold_redis_memory_max_bytes{server="redis-1"}': "200x9",
      'tenfold_redis_memory_max_bytes{server="cache-1"}': "200x9",
      'tenfold_redis_memory_bytes{server="cache-1"}': "200x9",
    },
    fires: { 'tenfold_redis_memory_bytes{server="redis-1"}': "180x9" },
    quiet: { 'tenfold_redis_memory_bytes{server="redis-1"}': "170x9" },
    at: "6m",
    labels: { server: "redis-1" },
    summary: "redis-1 is nearly full",
    description: "90% of its memory are in use; at 100 % writes fail, since it never evicts.",
  },
  {
    name: "diskFull",
    given: { tenfold_disk_total_bytes: "1000x9" },
    fires: { tenfold_disk_free_bytes: "50x9" },
    quiet: { tenfold_disk_free_bytes: "150x9" },
    at: "6m",
    summary: "The disk is nearly full",
    description: "95% of the disk that holds the data are in use; databases stop without room.",
  },
  {
    name: "webCpu",
    given: { 'tenfold_member_cpu_ratio{member="web-1",kind="web"}': "0.75x9" },
    fires: { 'tenfold_member_cpu_ratio{member="web-2",kind="web"}': "1x9" },
    quiet: { 'tenfold_member_cpu_ratio{member="web-2",kind="web"}': "0.5x9" },
    at: "6m",
    summary: "The web instances are busy",
    description: "They use 87.5% of a core each, on average.",
  },
  {
    name: "slowResponses",
    given: { tenfold_balancer_response_seconds_count: `0+64x${DAY + 30}` },
    fires: { tenfold_balancer_response_seconds_sum: `0+8x${DAY} ${8 * DAY}+32x30` },
    quiet: { tenfold_balancer_response_seconds_sum: `0+1x${DAY} ${DAY}+2x30` },
    at: `${DAY + 12}m`,
    summary: "Answers are slower than usual",
    description: "The mean is 4 times its median of the last day.",
  },
  {
    name: "slowestResponses",
    given: {
      'tenfold_balancer_response_seconds_bucket{le="0.1"}': `0+600x${DAY} ${600 * DAY}x30`,
      'tenfold_balancer_response_seconds_bucket{le="+Inf"}': `0+600x${DAY + 30}`,
    },
    fires: { 'tenfold_balancer_response_seconds_bucket{le="1"}': `0+600x${DAY + 30}` },
    quiet: { 'tenfold_balancer_response_seconds_bucket{le="0.11"}': `0+600x${DAY + 30}` },
    at: `${DAY + 12}m`,
    summary: "The slowest answers are slower than usual",
    description: "The 95th percentile is 10.05 times its median of the last day.",
  },
  {
    name: "errors",
    given: {
      tenfold_balancer_requests_total: "0+1000x20",
      tenfold_balancer_unanswered_total: "0+10x20",
      tenfold_balancer_refused_total: "0+10x20",
      'tenfold_web_errors_total{member="web-1"}': "0+20x20",
    },
    fires: { 'tenfold_web_errors_total{member="web-2"}': "0+60x20" },
    quiet: { 'tenfold_web_errors_total{member="web-2"}': "0+10x20" },
    at: "10m",
    summary: "Requests fail",
    description: "10% of them are answered with 500 and above, not answered, or refused.",
  },
  {
    name: "queueDepth",
    fires: { 'tenfold_queue_depth{queue="letters",worker="mail"}': "1500x20" },
    quiet: { 'tenfold_queue_depth{queue="letters",worker="mail"}': "1000x20" },
    at: "12m",
    labels: { queue: "letters", worker: "mail" },
    summary: "Jobs pile up for letters",
    description: "1.5k wait.",
  },
  {
    name: "queueAge",
    fires: { 'tenfold_queue_oldest_seconds{queue="letters",worker="mail"}': "600x20" },
    quiet: { 'tenfold_queue_oldest_seconds{queue="letters",worker="mail"}': "300x20" },
    at: "12m",
    labels: { queue: "letters", worker: "mail" },
    summary: "A job waits long for letters",
    description: "The oldest has waited 10m 0s.",
  },
  {
    name: "queueUnreadable",
    fires: { 'tenfold_queue_readable{queue="letters",worker="mail"}': "1 0x9" },
    quiet: { 'tenfold_queue_readable{queue="letters",worker="mail"}': "1 0 1 0 1 0 1x9" },
    at: "5m",
    labels: { queue: "letters", worker: "mail" },
    summary: "The queue letters cannot be read",
    description: "The number of worker.mail stays as it is, however many jobs wait.",
  },
  {
    name: "backupFailed",
    fires: { tenfold_backup_failed: "0 1x5" },
    quiet: { tenfold_backup_failed: "0x5" },
    at: "3m",
    summary: "Backups fail",
    description: "The last scheduled backup was not made, or the log cannot be copied.",
  },
  {
    name: "backupOverdue",
    fires: { tenfold_backup_due_timestamp_seconds: "0x200" },
    quiet: { tenfold_backup_due_timestamp_seconds: "6000x200" },
    at: "90m",
    summary: "A backup is overdue",
    description: "It was due 90 minutes ago.",
  },
  {
    name: "autoscalerAtMax",
    given: { 'tenfold_group_members_max{group="web"}': "12x20" },
    fires: { 'tenfold_group_members{group="web"}': "12x20" },
    quiet: { 'tenfold_group_members{group="web"}': "11x20" },
    at: "12m",
    labels: { group: "web" },
    summary: "web cannot grow any more",
    description: "It runs 12 members, as many as the file allows; more load will be felt.",
  },
];
