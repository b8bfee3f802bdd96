// Written by scripts/generate.ts from the schemas of this folder. Do not edit.

/** A fleet, as a `tenfold.config.ts` exports it. */
export interface FleetInput {
  /** The fleet's name. Absent: the directory's, made valid. */
  name?: string | undefined;
  /** The web tier: a command, or a map. */
  web: string | readonly string[] | WebInput;
  /** Background workers, by name: each a command, or a map. */
  workers?: Readonly<Record<string, string | readonly string[] | WorkerInput>> | undefined;
  /** The process that enqueues work by the clock: a command, or a map. Exactly one runs. @default false */
  scheduler?: false | string | readonly string[] | SchedulerInput | undefined;
  /** Runs once for each release, before it takes traffic: migrations. @default false */
  release?: false | string | readonly string[] | undefined;
  /** Variables for every process of the application. */
  env?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** The edge: the name of the program, or a map. */
  balancer?: "haproxy" | "nginx" | BalancerInput | undefined;
  /** true or a map for local servers, or {url} of a managed one. @default false */
  postgres?: boolean | LocalPostgresInput | ManagedPostgresInput | undefined;
  /** true or a map for local servers, or {url} of a managed one. @default false */
  redis?: boolean | LocalRedisInput | ManagedRedisInput | undefined;
  /** A second Redis that evicts. Absent: on wherever a local redis is. */
  cache?: boolean | CacheInput | undefined;
  /** How a new release comes. */
  deploy?: DeployInput | undefined;
  /** When copies of the data are made, and where they are kept: true, or a map. @default false */
  backups?: boolean | BackupsInput | undefined;
  /** How much of each member's output is kept. */
  logs?: LogsInput | undefined;
  /** A Prometheus that reads the fleet's figures, with rules for alerts: true, or a map. @default false */
  monitoring?: boolean | MonitoringInput | undefined;
  /** The system's user that members run as when Tenfold is started as root. Absent: an unprivileged one. */
  user?: string | undefined;
  [key: `x-${string}`]: unknown;
}

/** The web tier: identical, stateless instances behind the balancer. */
export interface WebInput {
  /** Starts an instance. Text is read by /bin/sh; a list of words is run as it is. */
  command: string | readonly string[];
  /** Where the command runs, relative to the project's directory. @default "." */
  directory?: string | undefined;
  /** Time between SIGTERM and SIGKILL. @default "10s" */
  grace?: string | number | undefined;
  /** Memory that an instance may use; beyond it, it is restarted. @default false */
  memory?: false | string | number | undefined;
  /** Cores that an instance may use; needs cgroup v2. @default false */
  cpu?: false | number | undefined;
  /** Variables for an instance only; they win over those of the whole fleet. */
  env?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** How many instances run, or the bounds between which it moves. @default 3 */
  instances?: number | BoundsInput | undefined;
  /** The health check: a path, or a map. Without a path, any answer below 500 to GET / passes. */
  health?: string | HealthInput | undefined;
  /** Whether a visitor stays on one instance, and by what. @default false */
  sticky?: "cookie" | "ip" | false | undefined;
  /** How the balancer picks an instance. @default "leastconn" */
  balance?: "leastconn" | "roundrobin" | "ip" | undefined;
  /** Requests that one instance gets at once; more wait in the balancer. @default false */
  concurrency?: false | number | undefined;
  /** How long a new instance takes to reach its full share of the requests. @default "10s" */
  slowStart?: string | number | undefined;
  /** How long requests and WebSockets in flight may take once an instance is leaving. @default "30s" */
  drain?: string | number | undefined;
  /** How the number moves between the bounds of instances. */
  scale?: WebScalingInput | undefined;
  [key: `x-${string}`]: unknown;
}

/** The bounds between which a number of processes moves. */
export interface BoundsInput {
  /** The number to start with, and never to go below. */
  min: number;
  /** The number never to go above. */
  max: number;
  [key: `x-${string}`]: unknown;
}

/** How an instance shows that it can serve. */
export interface HealthInput {
  /** What to ask for; an answer from 200 to 399 passes. Absent: /, where any answer below 500 passes. */
  path?: string | undefined;
  /** Time between two checks. @default "2s" */
  interval?: string | number | undefined;
  /** A check that takes longer has failed. @default "5s" */
  timeout?: string | number | undefined;
  /** How long an instance may take from its start to its first passing check. @default "60s" */
  start?: string | number | undefined;
  [key: `x-${string}`]: unknown;
}

/** How the number of web instances moves between its bounds. */
export interface WebScalingInput {
  /** Requests should be answered within this time. @default "250ms" */
  target?: string | number | undefined;
  /** So many of them may take longer. @default "5%" */
  late?: number | string | undefined;
  /** safe keeps more to spare than cheap. @default "safe" */
  thrift?: "safe" | "cheap" | undefined;
  /** Connections that one instance opens to the pooler: the number never goes beyond what that accepts. Absent: as many as are seen. */
  connections?: number | undefined;
  /** Thresholds that decide instead of the demand, such as cpu > 70% for 5m: +1. @default [] */
  rules?: readonly string[] | undefined;
  /** Bounds that hold at certain times, such as weekdays 08:00-18:00: min 5. @default [] */
  schedules?: readonly string[] | undefined;
  /** The time zone of the schedules, such as Europe/Berlin. @default "UTC" */
  zone?: string | undefined;
  /** Only tell what would be decided, in ps --why and the journal; the number stays. @default false */
  dryRun?: boolean | undefined;
  [key: `x-${string}`]: unknown;
}

/** Processes that take jobs from one queue. */
export interface WorkerInput {
  /** Starts a worker. Text is read by /bin/sh; a list of words is run as it is. */
  command: string | readonly string[];
  /** Where the command runs, relative to the project's directory. @default "." */
  directory?: string | undefined;
  /** Time between SIGTERM and SIGKILL. @default "30s" */
  grace?: string | number | undefined;
  /** Memory that a worker may use; beyond it, it is restarted. @default false */
  memory?: false | string | number | undefined;
  /** Cores that a worker may use; needs cgroup v2. @default false */
  cpu?: false | number | undefined;
  /** Variables for a worker only; they win over those of the whole fleet. */
  env?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** How many workers run, or the bounds between which it moves. @default 1 */
  instances?: number | WorkerBoundsInput | undefined;
  /** How the number moves between the bounds of instances. */
  scale?: WorkerScalingInput | undefined;
  /** The queue that it takes jobs from; the worker's name when absent. */
  queue?: string | undefined;
  [key: `x-${string}`]: unknown;
}

/** The bounds between which the number of workers moves. */
export interface WorkerBoundsInput {
  /** The number to start with, and never to go below; 0: none while there is nothing to do. */
  min: number;
  /** The number never to go above. */
  max: number;
  [key: `x-${string}`]: unknown;
}

/** How the number of workers of a queue moves between its bounds. */
export interface WorkerScalingInput {
  /** How the queue is kept in the durable Redis. Without it, a command or prometheus, its depth is not known, and only schedules move the number. */
  library?: "tenfold" | "bullmq" | "celery" | "rq" | "sidekiq" | "list" | "stream" | undefined;
  /** Instead of a library: it prints how many jobs wait, such as 120, or 120 35s with the age of the oldest, or {"queued": 120, "oldest": 35, "inFlight": 4}. */
  command?: string | readonly string[] | undefined;
  /** Instead of a library: queries of a Prometheus that knows the queue. */
  prometheus?: QueueQueriesInput | undefined;
  /** A job should not wait longer. @default "30s" */
  wait?: string | number | undefined;
  /** Jobs that one worker works on at once. @default 1 */
  jobs?: number | undefined;
  /** What a job takes, until it was measured, and where it cannot be (list, celery, a command without arrived, prometheus). Absent: 1s is assumed. */
  jobTime?: string | number | undefined;
  /** Thresholds that decide instead of the demand, such as queue > 100: +2. @default [] */
  rules?: readonly string[] | undefined;
  /** Bounds that hold at certain times, such as weekdays 08:00-18:00: min 5. @default [] */
  schedules?: readonly string[] | undefined;
  /** The time zone of the schedules, such as Europe/Berlin. @default "UTC" */
  zone?: string | undefined;
  /** Only tell what would be decided, in ps --why and the journal; the number stays. @default false */
  dryRun?: boolean | undefined;
  [key: `x-${string}`]: unknown;
}

/** Queries of a Prometheus that knows a queue. */
export interface QueueQueriesInput {
  /** Of the server; a user and a password may be in it. Absent: the fleet's own (monitoring). */
  url?: string | undefined;
  /** A query for how many jobs wait: rabbitmq_queue_messages_ready{queue="videos"}. */
  depth: string;
  /** A query for how many seconds the oldest of them has waited. */
  oldest?: string | undefined;
  /** A query for how many jobs are worked on. */
  inFlight?: string | undefined;
  [key: `x-${string}`]: unknown;
}

/** The one process that enqueues work by the clock. */
export interface SchedulerInput {
  /** Starts the scheduler. Text is read by /bin/sh; a list of words is run as it is. */
  command: string | readonly string[];
  /** Where the command runs, relative to the project's directory. @default "." */
  directory?: string | undefined;
  /** Time between SIGTERM and SIGKILL. @default "10s" */
  grace?: string | number | undefined;
  /** Memory that the scheduler may use; beyond it, it is restarted. @default false */
  memory?: false | string | number | undefined;
  /** Cores that the scheduler may use; needs cgroup v2. @default false */
  cpu?: false | number | undefined;
  /** Variables for the scheduler only; they win over those of the whole fleet. */
  env?: Readonly<Record<string, string | number | boolean>> | undefined;
  [key: `x-${string}`]: unknown;
}

/** The edge: the one address that visitors use. */
export interface BalancerInput {
  /** The program. @default "haproxy" */
  engine?: "haproxy" | "nginx" | undefined;
  /** The address to listen on; 0.0.0.0 opens it to the network. @default "127.0.0.1" */
  host?: string | undefined;
  /** The port to listen on. Absent: 8080, or the next one free. */
  port?: string | number | undefined;
  /** TLS from given files, or with a self-signed certificate for development. @default false */
  tls?: "self-signed" | TlsFilesInput | false | undefined;
  /** Requests from one address, such as 100/min; more get a 429 with Retry-After. @default false */
  rateLimit?: string | false | undefined;
  /** Whether text answers are compressed. @default true */
  gzip?: boolean | undefined;
  /** Whether the usual security headers are added where the application sets none. @default true */
  securityHeaders?: boolean | undefined;
  /** A larger request body gets a 413. @default "10mb" */
  maxBody?: string | number | undefined;
  /** Connections of visitors at once. @default 10000 */
  maxConnections?: number | undefined;
  /** How long things may take. */
  timeouts?: TimeoutsInput | undefined;
  [key: `x-${string}`]: unknown;
}

/** A certificate of your own. */
export interface TlsFilesInput {
  /** PEM file with the certificate and its chain. */
  certificate: string;
  /** PEM file with the private key. */
  key: string;
  [key: `x-${string}`]: unknown;
}

/** How long things may take at the edge. */
export interface TimeoutsInput {
  /** To connect to an instance. @default "3s" */
  connect?: string | number | undefined;
  /** Between two reads of an instance's answer; a request that is silent for longer gets a 504. @default "60s" */
  request?: string | number | undefined;
  /** A visitor's connection without a request is closed after this. @default "60s" */
  idle?: string | number | undefined;
  /** A WebSocket on which nothing travels is closed after this. @default "1h" */
  websocket?: string | number | undefined;
  /** A request that found every instance busy waits this long, then gets a 503. @default "30s" */
  queue?: string | number | undefined;
  [key: `x-${string}`]: unknown;
}

/** A primary and its streaming replicas, run by Tenfold. */
export interface LocalPostgresInput {
  /** Streaming replicas. With one or more, a commit is acknowledged when a replica has it on disk too. @default 2 */
  replicas?: number | undefined;
  /** When no replica is there: durability lets commits wait until one is back, availability lets them go on without after a few seconds. Absent: durability with two or more replicas, else availability. */
  prefer?: "durability" | "availability" | undefined;
  /** The database's name; the fleet's name when absent. */
  database?: string | undefined;
  /** Memory for the buffers of each server; by the machine's memory when absent. */
  memory?: string | number | undefined;
  /** PgBouncer, in transaction mode. */
  pool?: PoolInput | undefined;
  /** Settings of postgresql.conf, which win over Tenfold's. */
  settings?: Readonly<Record<string, string | number | boolean>> | undefined;
  [key: `x-${string}`]: unknown;
}

/** PgBouncer, in transaction mode. */
export interface PoolInput {
  /** Server connections for each database. @default 25 */
  size?: number | undefined;
  /** Client connections at once. @default 2000 */
  clients?: number | undefined;
  /** How long a client waits for a server connection, also through a failover, before it gets an error. @default "15s" */
  wait?: string | number | undefined;
  [key: `x-${string}`]: unknown;
}

/** A database that somebody else runs. */
export interface ManagedPostgresInput {
  /** postgres://user:password@host:port/database of a database that somebody else runs. */
  url: string;
  /** Its read replicas. @default [] */
  readUrls?: readonly string[] | undefined;
  [key: `x-${string}`]: unknown;
}

/** The durable Redis: sessions, queues, limits. Append-only file, never evicts. */
export interface LocalRedisInput {
  /** Replicas of the durable Redis. @default 1 */
  replicas?: number | undefined;
  /** Sentinels, which decide on failovers: an odd number. Absent: 3 when there are replicas, else 0. */
  sentinels?: number | undefined;
  /** Memory for data; when it is full, writes fail rather than evict. @default "256mb" */
  memory?: string | number | undefined;
  [key: `x-${string}`]: unknown;
}

/** A Redis that somebody else runs. */
export interface ManagedRedisInput {
  /** redis://user:password@host:port/0 of a Redis that somebody else runs. */
  url: string;
  /** Another one, for the cache. */
  cacheUrl?: string | undefined;
  [key: `x-${string}`]: unknown;
}

/** A second Redis: evicts the least used, keeps nothing on disk. */
export interface CacheInput {
  /** Memory for data; when it is full, the least used goes. @default "128mb" */
  memory?: string | number | undefined;
  [key: `x-${string}`]: unknown;
}

/** How a new release comes. */
export interface DeployInput {
  /** How a release replaces the one before it. @default "rolling" */
  strategy?: "rolling" | "blue-green" | undefined;
  /** Runs once in the release's own copy of the code, before its release command: npm ci && npm run build. @default false */
  build?: false | string | readonly string[] | undefined;
  /** Further instances that run while others are replaced; as many are replaced at a time. @default "25%" */
  surge?: number | string | undefined;
  /** Runs before a blue-green switch, with PREVIEW_URL naming a new instance that gets no requests yet. @default false */
  smoke?: false | string | readonly string[] | undefined;
  /** How long the former instances stay ready for a rollback after a blue-green switch. @default "10m" */
  warm?: string | number | undefined;
  /** How long a release is watched, once rolled out, before it counts as deployed. @default "2s" */
  watch?: string | number | undefined;
  /** Releases that are kept for a rollback, the current one among them. @default 5 */
  keep?: number | undefined;
  /** Names of files and directories that are not copied into a release. @default [".git",".hg",".svn",".tenfold"] */
  exclude?: readonly string[] | undefined;
  [key: `x-${string}`]: unknown;
}

/** When copies of the data are made, where they are kept, and for how long. */
export interface BackupsInput {
  /** When a backup is made by itself, by the machine's clock; false: only by tenfold backup. @default "daily at 03:00" */
  schedule?: false | string | undefined;
  /** Backups that are kept. The log is kept from the oldest of them on. @default 7 */
  keep?: number | undefined;
  /** A directory, or s3://bucket/prefix of a store that speaks S3. @default ".tenfold-backups" */
  to?: string | undefined;
  /** Copy PostgreSQL's log as it is written, so that restore --to reaches every moment. @default true */
  log?: boolean | undefined;
  /** Try each scheduled backup by restoring it beside the fleet. @default true */
  verify?: boolean | undefined;
  /** How a store that speaks S3 is reached. */
  s3?: ObjectStoreInput | undefined;
  [key: `x-${string}`]: unknown;
}

/** Where a store that speaks S3 is, and who asks. */
export interface ObjectStoreInput {
  /** The store's URL. Absent: Amazon's, of the region. */
  endpoint?: string | undefined;
  /** The store's region. @default "us-east-1" */
  region?: string | undefined;
  /** The access key's id: ${S3_ACCESS_KEY}. */
  accessKey: string;
  /** The secret key, from a variable: ${S3_SECRET_KEY}. */
  secretKey: string;
  [key: `x-${string}`]: unknown;
}

/** How much of each member's output is kept. */
export interface LogsInput {
  /** A log file that grows beyond this is rotated. @default "10mb" */
  maxSize?: string | number | undefined;
  /** Rotated files that are kept for each member. @default 3 */
  keep?: number | undefined;
  [key: `x-${string}`]: unknown;
}

/** A Prometheus that reads the fleet's figures. */
export interface MonitoringInput {
  /** How often figures are read and rules are evaluated. @default "15s" */
  interval?: string | number | undefined;
  /** How long figures are kept. @default "15d" */
  retention?: string | number | undefined;
  /** Disk that figures may use; beyond it, the oldest go. @default "2gb" */
  size?: string | number | undefined;
  /** Path of the application's own figures, such as /metrics: read from each web instance, past the balancer. @default false */
  scrape?: false | string | undefined;
  /** What is an alert, and who is told. */
  alerts?: AlertsInput | undefined;
  [key: `x-${string}`]: unknown;
}

/** What is an alert, and who is told. */
export interface AlertsInput {
  /** Whom alerts are sent to. Without anybody, they are only to be seen. @default [] */
  to?: readonly (WebhookInput | SlackInput | PagerDutyInput | OpsgenieInput | MailReceiverInput)[] | undefined;
  /** How long alerts are gathered, to be told in one message. @default "10s" */
  gather?: string | number | undefined;
  /** After how long an alert that still holds is told again. @default "4h" */
  repeat?: string | number | undefined;
  /** Other limits than the default ones, by rule; false: the rule is off. */
  rules?: AlertRulesInput | undefined;
  /** When only critical alerts are sent, by the machine's clock: weekdays 22:00-06:00. @default [] */
  silence?: readonly string[] | undefined;
  [key: `x-${string}`]: unknown;
}

/** A URL that alerts are posted to. */
export interface WebhookInput {
  /** Alerts are posted here, as Alertmanager's JSON. */
  webhook: string;
  /** Send only alerts of this severity. Absent: all of them. */
  only?: "critical" | undefined;
  [key: `x-${string}`]: unknown;
}

/** A channel of Slack. */
export interface SlackInput {
  /** The URL of an incoming webhook: ${SLACK_URL}. */
  slack: string;
  /** Such as #operations. Absent: the webhook's own. */
  channel?: string | undefined;
  /** Send only alerts of this severity. Absent: all of them. */
  only?: "critical" | undefined;
  [key: `x-${string}`]: unknown;
}

/** A service of PagerDuty. */
export interface PagerDutyInput {
  /** The integration key (Events API v2): ${PAGERDUTY_KEY}. */
  pagerduty: string;
  /** Send only alerts of this severity. Absent: all of them. */
  only?: "critical" | undefined;
  [key: `x-${string}`]: unknown;
}

/** A team of Opsgenie. */
export interface OpsgenieInput {
  /** The key of an API integration: ${OPSGENIE_KEY}. */
  opsgenie: string;
  /** https://api.eu.opsgenie.com/ for accounts in the EU. Absent: the other one. */
  url?: string | undefined;
  /** Send only alerts of this severity. Absent: all of them. */
  only?: "critical" | undefined;
  [key: `x-${string}`]: unknown;
}

/** Somebody who gets a mail. */
export interface MailReceiverInput {
  /** A mail, by SMTP. */
  mail: MailInput;
  /** Send only alerts of this severity. Absent: all of them. */
  only?: "critical" | undefined;
  [key: `x-${string}`]: unknown;
}

/** A mail, and the server that sends it. */
export interface MailInput {
  /** Who gets it. */
  to: string;
  /** Who it is from. */
  from: string;
  /** The server that sends it: smtp.example.com:587. */
  server: string;
  /** Who logs in there. Absent: nobody does. */
  user?: string | undefined;
  /** The password, from a variable: ${SMTP_PASSWORD}. */
  password?: string | undefined;
  /** Refuse a server without STARTTLS. @default true */
  tls?: boolean | undefined;
  [key: `x-${string}`]: unknown;
}

/** Other limits than the default ones, by rule. */
export interface AlertRulesInput {
  /** No visitor is served. Default: for 15 s, critical. */
  fleetDown?: false | AlertRuleInput | undefined;
  /** The engine does not answer: what runs goes on, and nothing is mended or scaled. Default: for 60 s, critical. */
  engineDown?: false | AlertRuleInput | undefined;
  /** A member is not ready. Default: for 60 s, warning. */
  memberDown?: false | AlertRuleInput | undefined;
  /** Restarts of a member within five minutes. Default: above 3, for 0 s, warning. */
  crashLoop?: false | AlertThresholdInput | undefined;
  /** PostgreSQL or Redis has no replica that is ready, though the file wants one. Default: for 60 s, critical. */
  noReplica?: false | AlertRuleInput | undefined;
  /** The primary has no replica that confirms its commits. Default: for 60 s, critical. */
  primaryAlone?: false | AlertRuleInput | undefined;
  /** Megabytes of the log that a replica has yet to replay. Default: above 64, for 60 s, warning. */
  replicaLag?: false | AlertThresholdInput | undefined;
  /** Connections to the primary, in percent of max_connections. Default: above 80, for 300 s, warning. */
  connections?: false | AlertThresholdInput | undefined;
  /** Seconds that a client has waited for a connection of the pool. Default: above 1, for 60 s, warning. */
  poolerWaiting?: false | AlertThresholdInput | undefined;
  /** Lookups in the cache that find nothing, in percent. Default: above 50, for 900 s, warning. */
  cacheMisses?: false | AlertThresholdInput | undefined;
  /** Keys that the cache evicts, in percent of those that are found in it. Default: above 100, for 900 s, warning. */
  cacheEvictions?: false | AlertThresholdInput | undefined;
  /** Memory of the durable Redis, in percent of its limit, beyond which writes fail. Default: above 85, for 300 s, warning. */
  redisMemory?: false | AlertThresholdInput | undefined;
  /** Use of the disk that holds the data, in percent. Default: above 90, for 300 s, critical. */
  diskFull?: false | AlertThresholdInput | undefined;
  /** Processor time of the web instances, in percent of a core each, on average. Default: above 80, for 300 s, warning. */
  webCpu?: false | AlertThresholdInput | undefined;
  /** Mean time to answer, in multiples of its median of the last day. With nginx, of the application's own figures, if monitoring.scrape says where. Default: above 2, for 300 s, warning. */
  slowResponses?: false | AlertThresholdInput | undefined;
  /** 95th percentile of the time to answer, likewise. Default: above 2, for 300 s, warning. */
  slowestResponses?: false | AlertThresholdInput | undefined;
  /** Requests answered with 500 and above or refused, in percent. Default: above 5, for 120 s, critical. */
  errors?: false | AlertThresholdInput | undefined;
  /** Jobs that wait in a queue. Default: above 1000, for 600 s, warning. */
  queueDepth?: false | AlertThresholdInput | undefined;
  /** Seconds that the oldest job of a queue has waited. Default: above 300, for 300 s, warning. */
  queueAge?: false | AlertThresholdInput | undefined;
  /** The figures of a queue cannot be read, so the number of its workers stays. Default: for 120 s, warning. */
  queueUnreadable?: false | AlertRuleInput | undefined;
  /** The last scheduled backup failed, or the log cannot be copied. Default: for 0 s, critical. */
  backupFailed?: false | AlertRuleInput | undefined;
  /** Minutes since a scheduled backup was due and not made. Default: above 60, for 0 s, critical. */
  backupOverdue?: false | AlertThresholdInput | undefined;
  /** A group runs as many members as the file allows. Default: for 600 s, warning. */
  autoscalerAtMax?: false | AlertRuleInput | undefined;
  [key: `x-${string}`]: unknown;
}

/** When an alert is raised. */
export interface AlertRuleInput {
  /** How long it must hold before anybody is told. */
  for?: string | number | undefined;
  /** How urgent it is. */
  severity?: "critical" | "warning" | undefined;
  [key: `x-${string}`]: unknown;
}

/** When an alert is raised, and by which figure. */
export interface AlertThresholdInput {
  /** The figure beyond which it is raised, in the unit of the rule. */
  above?: number | undefined;
  /** How long it must hold before anybody is told. */
  for?: string | number | undefined;
  /** How urgent it is. */
  severity?: "critical" | "warning" | undefined;
  [key: `x-${string}`]: unknown;
}
