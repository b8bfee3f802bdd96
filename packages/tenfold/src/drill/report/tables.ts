import type { Latency, Phases } from "../check/latency.ts";
import type { DrillResult } from "./result.ts";
import { formatTime } from "./words.ts";

/** A table of text, for the terminal and the page alike. */
export interface TextTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function number(value: number): string {
  return value.toLocaleString("en");
}

function latencyRow(name: string, phase: string, { count, p50, p95, p99, max }: Latency): string[] {
  if (count === 0) return [name, phase, "0", "–", "–", "–", "–"];
  return [name, phase, number(count), ...[p50, p95, p99, max].map(formatTime)];
}

function latencyRows(name: string, { before, during, after }: Phases<Latency>): string[][] {
  return [latencyRow(name, "before", before), latencyRow("", "during", during), latencyRow("", "after", after)];
}

/** Latencies of who asked, then what became of what was asked. */
export function tablesOf({ requests, postgres, redis }: DrillResult): TextTable[] {
  const latencies = [
    ...latencyRows("requests", requests.latency),
    ...(postgres === null ? [] : latencyRows("writes", postgres.latency)),
    ...(redis === null ? [] : latencyRows("Redis", redis.latency)),
  ];
  const outcomes: string[][] = [
    [
      "requests",
      number(requests.sent),
      number(requests.failed),
      number(requests.retried),
      "",
      formatTime(requests.outage),
    ],
  ];
  if (postgres !== null) {
    const { writes } = postgres;
    outcomes.push([
      "writes",
      number(writes.acknowledged + writes.failed + writes.unknown),
      number(writes.failed),
      writes.unknown === 0 ? "" : `${writes.unknown} unknown`,
      number(writes.lost),
      formatTime(postgres.writeOutage),
    ]);
    const { ok, failed, unknown } = postgres.transactions;
    const wrong = postgres.anomalies.length + postgres.bank.wrong;
    outcomes.push([
      "transactions",
      number(ok + failed + unknown),
      "",
      "",
      wrong === 0 ? "0" : `${wrong} anomalies`,
      "",
    ]);
  }
  if (redis !== null) {
    const { commands, sessions, jobs } = redis;
    outcomes.push([
      "Redis commands",
      number(commands.ok + commands.failed + commands.unknown),
      number(commands.failed),
      commands.unknown === 0 ? "" : `${commands.unknown} unknown`,
      number(sessions.lostSteps),
      formatTime(redis.commandOutage),
    ]);
    outcomes.push(["sessions", number(sessions.count), "", "", number(sessions.lost), ""]);
    outcomes.push([
      "jobs",
      number(jobs.enqueued),
      "",
      jobs.doneTwice === 0 ? "" : `${jobs.doneTwice} twice`,
      number(jobs.lost),
      "",
    ]);
  }
  return [
    { headings: ["", "", "count", "p50", "p95", "p99", "max"], rows: latencies },
    { headings: ["", "sent", "failed", "retried", "lost", "longest gap"], rows: outcomes },
  ];
}
