import assert from "node:assert/strict";
import { test } from "node:test";
import type { FleetReport, MemberReport } from "@tenfold/protocol";
import type { MemberName } from "../fleet/member.ts";
import type { Observation } from "../fleet/observation.ts";
import type { Standing } from "../fleet/standing.ts";
import { renderRules } from "../render/prometheus/rules.ts";
import { fleetFile } from "../spec/spec.ts";
import { bytes } from "../units/bytes.ts";
import { exposition } from "./exposition.ts";

function member(name: string, kind: string, role: string | null): MemberReport {
  const state = { state: "ready", release: null, pid: 1, port: 20_001, uptimeSeconds: 1, restarts: 2 } as const;
  return { name, kind, role, ...state, cpuPercent: 1, memoryBytes: 1, connections: 0, detail: null };
}

const web = "web-1" as MemberName;

const REPORT: FleetReport = {
  version: 1,
  fleet: "shop",
  state: "healthy",
  release: 1,
  urls: {},
  members: [member(web, "web", null), member("postgres-1", "postgres", "primary")],
};

const OBSERVATION: Observation = {
  at: 0,
  members: { names: [web], cpu: Float32Array.of(50), memory: Float64Array.of(1), restarts: Uint32Array.of(0) },
  web: {
    requests: 5,
    errors: 1,
    unanswered: 0,
    refused: 1,
    queued: 0,
    answers: {
      process: 1,
      counts: new Map([
        [4_900, 3],
        [250_000, 1],
      ]),
    },
    instances: new Map([
      [
        web,
        {
          ...{ requests: 9, statuses: { "1xx": 3, "2xx": 4, "3xx": 0, "4xx": 1, "5xx": 1 } },
          ...{ queued: 5, inFlight: 2, webSockets: 2, response: 250, waited: 0 },
        },
      ],
    ]),
  },
  latency: null,
  database: {
    connections: 1,
    maxConnections: 100,
    waitingForLocks: 0,
    transactions: 1,
    synchronous: 1,
    lag: new Map([["postgres-2" as MemberName, 16]]),
    statements: { calls: 40, time: 2_500, lately: null },
  },
  pooler: { clients: 1, waiting: 1, longestWait: 1500, servers: 1, maxClients: 2000, poolSize: 25 },
  redis: new Map([
    ["cache-1" as MemberName, { memory: bytes(1), maxMemory: bytes(2), clients: 1, hits: 1, misses: 1, evicted: 1 }],
  ]),
  queues: new Map([["mail", { queued: 3, inFlight: 1, oldest: 2000, arrived: 9, later: { jobs: 4, due: 900 } }]]),
  unread: new Map([["films", "its command exited with 3"]]),
};

const STANDING: Standing = {
  space: { free: bytes(1), total: bytes(2) },
  groups: [{ group: "web", members: 2, min: 2, max: 4 }],
  backups: { failed: true, due: 60_000 },
  queueNames: new Map([
    ["mail", "letters"],
    ["films", "films"],
  ]),
};

const EVERYTHING = {
  web: { command: "x", instances: { min: 2, max: 4 } },
  workers: { mail: { command: "x", scale: { library: "bullmq" } } },
  postgres: true,
  redis: true,
  backups: true,
  monitoring: true,
};

test("every figure that a rule looks at is exported", () => {
  const exported = new Set(
    [...exposition(REPORT, OBSERVATION, STANDING).matchAll(/^([a-z_]+)/gm)].map(([name]) => name),
  );
  const read = new Set(
    [...renderRules(fleetFile.parse(EVERYTHING)).matchAll(/\btenfold_[a-z_]+/g)].map(([name]) => name),
  );
  assert.ok(read.size > 20);
  assert.deepEqual(
    [...read].filter((name) => !exported.has(name)),
    [],
  );
});

test("figures are in base units, and say whose they are", () => {
  const text = exposition(REPORT, OBSERVATION, STANDING);
  for (const line of [
    'tenfold_web_response_seconds{member="web-1"} 0.25',
    "# TYPE tenfold_web_responses_total counter",
    'tenfold_web_responses_total{member="web-1",code="1xx"} 3',
    'tenfold_web_responses_total{member="web-1",code="3xx"} 0',
    'tenfold_web_responses_total{member="web-1",code="4xx"} 1',
    'tenfold_web_errors_total{member="web-1"} 1',
    "# TYPE tenfold_web_queued gauge",
    'tenfold_web_queued{member="web-1"} 5',
    "# TYPE tenfold_web_websockets gauge",
    'tenfold_web_websockets{member="web-1"} 2',
    'tenfold_member_cpu_ratio{member="web-1",kind="web"} 0.5',
    'tenfold_member_leads{member="postgres-1",kind="postgres"} 1',
    'tenfold_queue_oldest_seconds{queue="letters",worker="mail"} 2',
    'tenfold_queue_later{queue="letters",worker="mail"} 4',
    'tenfold_queue_readable{queue="letters",worker="mail"} 1',
    'tenfold_queue_readable{queue="films",worker="films"} 0',
    "tenfold_pooler_clients_max 2000",
    "tenfold_pooler_servers_max 25",
    "tenfold_postgres_statements_total 40",
    "tenfold_postgres_statement_seconds_total 2.5",
    "tenfold_pooler_longest_wait_seconds 1.5",
    "tenfold_backup_due_timestamp_seconds 60",
    "tenfold_backup_failed 1",
    "# TYPE tenfold_balancer_response_seconds histogram",
    'tenfold_balancer_response_seconds_bucket{le="0.005"} 3',
    'tenfold_balancer_response_seconds_bucket{le="0.2"} 3',
    'tenfold_balancer_response_seconds_bucket{le="0.3"} 4',
    'tenfold_balancer_response_seconds_bucket{le="+Inf"} 4',
    "tenfold_balancer_response_seconds_sum 0.26985",
    "tenfold_balancer_response_seconds_count 4",
  ])
    assert.ok(text.includes(`\n${line}\n`), line);
});

test("a figure has no more digits than it has meaning", () => {
  const members = { ...OBSERVATION.members, cpu: Float32Array.of(0.4) };
  const text = exposition(REPORT, { ...OBSERVATION, members }, STANDING);
  assert.match(text, /^tenfold_member_cpu_ratio\{member="web-1",kind="web"\} 0\.004$/m);
});

test("what is not known is left out", () => {
  const text = exposition(REPORT, null, { space: null, groups: [], backups: null, queueNames: new Map() });
  assert.doesNotMatch(text, /tenfold_(web|postgres|disk|group|backup)_/);
  assert.match(text, /^tenfold_fleet_healthy 1$/m);
});
