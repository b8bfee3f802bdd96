import type { FleetReport } from "@tenfold/protocol";
import { type InstanceFigures, STATUS_CLASSES } from "../fleet/figures.ts";
import { memberAt, type Observation } from "../fleet/observation.ts";
import type { Standing } from "../fleet/standing.ts";
import { type Family, gauge, write } from "./families.ts";
import { answerHistogram } from "./histogram.ts";
import { queueFamilies } from "./queue-families.ts";

/** Its sum is that of the middles of finer buckets, right within a twentieth. */
const RESPONSE_SECONDS = [
  "tenfold_balancer_response_seconds",
  "From when the balancer had a request to the head of an instance's answer; without WebSockets.",
] as const;

function memberFamilies({ members, state }: FleetReport, observation: Observation | null): Family[] {
  const used = new Map(
    observation === null ? [] : members.map(({ name }) => [name, memberAt(observation, name as never)]),
  );
  const each = (value: (name: string) => number | null | undefined): Family["samples"] =>
    members.map(({ name, kind }) => [{ member: name, kind }, value(name)]);
  // Whoever leaves because nobody needs it may take its time.
  const staying = members.filter(({ state }) => state !== "draining");
  const ready = new Map(staying.map(({ name, state }) => [name, state === "ready" ? 1 : 0]));
  const restarts = new Map(members.map((member) => [member.name, member.restarts]));
  const leads = members.filter(({ role }) => role === "primary" || role === "master");
  return [
    {
      name: "tenfold_fleet_healthy",
      type: "gauge",
      help: "1 when every member is ready.",
      samples: [[{}, state === "healthy" ? 1 : 0]],
    },
    {
      name: "tenfold_fleet_serving",
      type: "gauge",
      help: "1 while visitors are served.",
      samples: [[{}, state === "down" ? 0 : 1]],
    },
    {
      name: "tenfold_member_ready",
      type: "gauge",
      help: "1 when its probe passes; absent while it is leaving.",
      samples: each((name) => ready.get(name)),
    },
    {
      name: "tenfold_member_leads",
      type: "gauge",
      help: "1 for the PostgreSQL primary and the Redis master.",
      samples: leads.map(({ name, kind }) => [{ member: name, kind }, 1]),
    },
    {
      name: "tenfold_member_restarts_total",
      type: "counter",
      help: "Starts after it ended by itself.",
      samples: each((name) => restarts.get(name)),
    },
    {
      name: "tenfold_member_cpu_ratio",
      type: "gauge",
      help: "Processor time used, of one core.",
      samples: each((name) => {
        const cpu = used.get(name)?.cpu;
        // It is kept in few bits; their rest says nothing.
        return cpu == null ? null : Number((cpu / 100).toFixed(4));
      }),
    },
    {
      name: "tenfold_member_memory_bytes",
      type: "gauge",
      help: "Memory of all its processes, shared pages once.",
      samples: each((name) => used.get(name)?.memory),
    },
  ];
}

function webFamilies({ web }: Observation): Family[] {
  if (web === null) return [];
  const each = (value: (figures: InstanceFigures) => number | null): Family["samples"] =>
    [...web.instances].map(([name, figures]) => [{ member: name }, value(figures)]);
  const statuses: Family["samples"] = [...web.instances].flatMap(([name, figures]) =>
    STATUS_CLASSES.map((code) => [{ member: name, code }, figures.statuses[code]] as const),
  );
  return [
    {
      name: "tenfold_web_requests_total",
      type: "counter",
      help: "Requests that it was given.",
      samples: each(({ requests }) => requests),
    },
    {
      name: "tenfold_web_errors_total",
      type: "counter",
      help: "Its answers of 500 and above.",
      samples: each(({ statuses }) => statuses["5xx"]),
    },
    {
      name: "tenfold_web_responses_total",
      type: "counter",
      help: "Its answers, by the class of their status code.",
      samples: statuses,
    },
    {
      name: "tenfold_web_queued",
      type: "gauge",
      help: "Requests that wait for it and no other.",
      samples: each(({ queued }) => queued),
    },
    {
      name: "tenfold_web_in_flight",
      type: "gauge",
      help: "Requests and WebSockets that it has.",
      samples: each(({ inFlight }) => inFlight),
    },
    {
      name: "tenfold_web_websockets",
      type: "gauge",
      help: "WebSockets that it has.",
      samples: each(({ webSockets }) => webSockets),
    },
    {
      name: "tenfold_web_response_seconds",
      type: "gauge",
      help: "Mean time to answer of its last 1024 requests, however long ago they were.",
      samples: each(({ response }) => (response === null ? null : response / 1000)),
    },
    {
      name: "tenfold_balancer_requests_total",
      type: "counter",
      help: "Requests that were meant for an instance.",
      samples: [[{}, web.requests]],
    },
    {
      name: "tenfold_balancer_unanswered_total",
      type: "counter",
      help: "Requests that an instance took and did not answer.",
      samples: [[{}, web.unanswered]],
    },
    {
      name: "tenfold_balancer_refused_total",
      type: "counter",
      help: "Requests that no instance could take.",
      samples: [[{}, web.refused]],
    },
    { name: "tenfold_balancer_queued", type: "gauge", help: "Requests that wait.", samples: [[{}, web.queued]] },
  ];
}

function dataFamilies({ database, pooler, redis }: Observation): Family[] {
  const gauge = (name: string, help: string, value: number | null | undefined): Family => ({
    name,
    type: "gauge",
    help,
    samples: [[{}, value]],
  });
  const servers = (value: "memory" | "maxMemory" | "clients" | "hits" | "misses" | "evicted"): Family["samples"] =>
    [...redis].map(([server, figures]) => [{ server }, figures[value]]);
  return [
    gauge("tenfold_postgres_connections", "Sessions of clients on the primary.", database?.connections),
    gauge("tenfold_postgres_connections_max", "What max_connections allows.", database?.maxConnections),
    gauge("tenfold_postgres_waiting_for_locks", "Sessions that wait for a lock.", database?.waitingForLocks),
    gauge(
      "tenfold_postgres_synchronous_replicas",
      "Replicas that confirm commits of the primary.",
      database?.synchronous,
    ),
    {
      name: "tenfold_postgres_transactions_total",
      type: "counter",
      help: "Transactions, finished either way.",
      samples: [[{}, database?.transactions]],
    },
    {
      name: "tenfold_postgres_statements_total",
      type: "counter",
      help: "Statements of the application on the primary, since the engine first looked.",
      samples: [[{}, database?.statements?.calls]],
    },
    {
      name: "tenfold_postgres_statement_seconds_total",
      type: "counter",
      help: "Time that they took.",
      samples: [[{}, database?.statements == null ? null : database.statements.time / 1000]],
    },
    {
      name: "tenfold_postgres_replica_lag_bytes",
      type: "gauge",
      help: "What a replica has yet to replay.",
      samples: [...(database?.lag ?? [])].map(([replica, lag]) => [{ replica }, lag]),
    },
    gauge("tenfold_pooler_clients", "Clients of the pooler.", pooler?.clients),
    gauge("tenfold_pooler_waiting", "Clients that wait for a connection.", pooler?.waiting),
    gauge(
      "tenfold_pooler_longest_wait_seconds",
      "How long the first of them has waited.",
      pooler == null ? null : pooler.longestWait / 1000,
    ),
    gauge("tenfold_pooler_clients_max", "What it accepts.", pooler?.maxClients),
    gauge("tenfold_pooler_servers", "Connections to PostgreSQL.", pooler?.servers),
    gauge("tenfold_pooler_servers_max", "What it opens at most.", pooler?.poolSize),
    { name: "tenfold_redis_memory_bytes", type: "gauge", help: "Memory for data.", samples: servers("memory") },
    {
      name: "tenfold_redis_memory_max_bytes",
      type: "gauge",
      help: "Its limit; 0 for none.",
      samples: servers("maxMemory"),
    },
    { name: "tenfold_redis_clients", type: "gauge", help: "Connections.", samples: servers("clients") },
    { name: "tenfold_redis_hits_total", type: "counter", help: "Keys that were found.", samples: servers("hits") },
    { name: "tenfold_redis_misses_total", type: "counter", help: "Keys that were not.", samples: servers("misses") },
    { name: "tenfold_redis_evicted_total", type: "counter", help: "Keys that made room.", samples: servers("evicted") },
  ];
}

function standingFamilies({ space, groups, backups }: Standing): Family[] {
  const each = (value: "members" | "min" | "max"): Family["samples"] =>
    groups.map((group) => [{ group: group.group }, group[value]]);
  const one = (value: number | undefined): Family["samples"] => [[{}, value]];
  return [
    gauge("tenfold_disk_free_bytes", "Room on the disk that holds the data.", one(space?.free)),
    gauge("tenfold_disk_total_bytes", "Its size.", one(space?.total)),
    gauge("tenfold_group_members", "Members that shall run, of groups that are scaled by themselves.", each("members")),
    gauge("tenfold_group_members_min", "The fewest of them.", each("min")),
    gauge("tenfold_group_members_max", "The most of them.", each("max")),
    gauge(
      "tenfold_backup_failed",
      "1 when the last scheduled backup failed, or the log cannot be copied.",
      one(backups === null ? undefined : Number(backups.failed)),
    ),
    gauge(
      "tenfold_backup_due_timestamp_seconds",
      "When the next backup is due, or was.",
      one(backups === null ? undefined : backups.due / 1000),
    ),
  ];
}

/** A fleet in Prometheus' text format. Names follow its conventions: base units, `_total` for counters. */
export function exposition(report: FleetReport, observation: Observation | null, standing: Standing): string {
  const families = [
    ...memberFamilies(report, observation),
    ...standingFamilies(standing),
    ...(observation === null
      ? []
      : [...webFamilies(observation), ...dataFamilies(observation), ...queueFamilies(observation, standing)]),
  ];
  const web = observation?.web ?? null;
  const answers = web === null ? [] : answerHistogram(...RESPONSE_SECONDS, web.answers.counts);
  return `${[...families.flatMap(write), ...answers].join("\n")}\n`;
}
