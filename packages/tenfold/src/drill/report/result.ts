import { ENGINE_NAME, type Stroke } from "../../targets/breaker.ts";
import type { Drill } from "../catalogue/drill.ts";
import { type Findings, type Judged, judge, type Measure } from "../catalogue/pledge.ts";
import type { Evidence, Mark } from "./evidence.ts";
import { buildPostgres, type PostgresResult } from "./postgres-result.ts";
import { buildRedis, type RedisResult } from "./redis-result.ts";
import { buildRequests, type RequestsResult } from "./requests-result.ts";
import { buildTimeline, type TimelineResult } from "./timeline.ts";

/** Somebody who was broken. */
export interface StruckMember {
  readonly member: string;
  readonly how: "kill" | "freeze";
  /** Milliseconds after the first act. */
  readonly at: number;
  /** Milliseconds from the stroke until the engine knew; `null`: it never said so. */
  readonly noticedAfter: number | null;
}

/** What came of a drill: times in milliseconds. A part of docs/reference/drills.md, version 1. */
export interface DrillResult {
  readonly name: string;
  readonly summary: string;
  readonly kept: boolean;
  readonly startedAt: string;
  readonly struck: readonly StruckMember[];
  readonly timeToDetect: number | null;
  readonly timeToWhole: number | null;
  readonly requests: RequestsResult;
  readonly postgres: PostgresResult | null;
  readonly redis: RedisResult | null;
  readonly pledges: readonly Judged[];
  readonly failures: readonly string[];
  readonly timeline: TimelineResult;
}

/** What a drill did, and when all was well again. */
export interface Course {
  readonly drill: Pick<Drill, "name" | "summary" | "pledges">;
  readonly url: string;
  readonly strokes: readonly Stroke[];
  readonly failures: readonly string[];
  /** When the first thing was done, and when all was well again, in milliseconds since 1970; `null`: never. */
  readonly faultAt: number | null;
  readonly wholeAt: number | null;
  readonly marks: readonly Mark[];
  /** When the engine first knew of something wrong with a member, at or after a time; `null`: never. */
  readonly noticedAt: (member: string, since: number) => number | null;
}

/** The stretch of time that a drill is about. */
export interface Span {
  readonly startedAt: number;
  readonly faultAt: number;
  readonly wholeAt: number;
  readonly endedAt: number;
}

function spanOf({ faultAt, wholeAt }: Course, { startedAt, endedAt }: Evidence): Span {
  return { startedAt, endedAt, faultAt: faultAt ?? endedAt, wholeAt: wholeAt ?? endedAt };
}

function struckMembers({ strokes, noticedAt }: Course, faultAt: number): StruckMember[] {
  return strokes.map(({ member, how, at }) => {
    // The engine's clock has whole milliseconds.
    const noticed = noticedAt(member, Math.floor(at));
    return { member, how, at: at - faultAt, noticedAfter: noticed === null ? null : Math.max(0, noticed - at) };
  });
}

function findings(
  parts: Pick<DrillResult, "requests" | "postgres" | "redis" | "timeToDetect" | "timeToWhole">,
): Findings {
  const { requests, postgres, redis } = parts;
  return {
    failedRequests: requests.failed,
    requestOutage: requests.outage,
    failedQueries: postgres?.failedQueries ?? null,
    unknownQueries: postgres?.unknownQueries ?? null,
    writeOutage: postgres?.writeOutage ?? null,
    lostWrites: postgres?.writes.lost ?? null,
    doubledWrites: postgres?.writes.doubled ?? null,
    unexpectedWrites: postgres?.writes.unexpected ?? null,
    anomalies: postgres?.anomalies.length ?? null,
    wrongSums: postgres?.bank.wrong ?? null,
    breaches: postgres?.sessions?.breaches ?? null,
    failedCommands: redis?.commands.failed ?? null,
    unknownCommands: redis?.commands.unknown ?? null,
    commandOutage: redis?.commandOutage ?? null,
    lostSessions: redis?.sessions.lost ?? null,
    doubledSessions: redis?.sessions.doubled ?? null,
    lostJobs: redis?.jobs.lost ?? null,
    jobsDoneTwice: redis?.jobs.doneTwice ?? null,
    timeToDetect: parts.timeToDetect,
    timeToWhole: parts.timeToWhole,
  };
}

const OF_POSTGRES: readonly Measure[] = [
  "failedQueries",
  "unknownQueries",
  "writeOutage",
  "lostWrites",
  "doubledWrites",
  "unexpectedWrites",
  "anomalies",
  "wrongSums",
];
const OF_REDIS: readonly Measure[] = [
  "failedCommands",
  "unknownCommands",
  "commandOutage",
  "lostSessions",
  "doubledSessions",
  "lostJobs",
  "jobsDoneTwice",
];

/** Makes figures of what clients saw, and judges the drill's pledges. */
export function buildResult(course: Course, evidence: Evidence): DrillResult {
  const { drill, failures, wholeAt } = course;
  const span = spanOf(course, evidence);
  const requests = buildRequests(evidence.requests, course.url, span);
  const postgres = evidence.postgres === null ? null : buildPostgres(evidence.postgres, span);
  const redis = evidence.redis === null ? null : buildRedis(evidence.redis, span);
  const struck = struckMembers(course, span.faultAt);
  const noticed = struck.filter(({ member }) => member !== ENGINE_NAME).map(({ noticedAfter }) => noticedAfter);
  const timeToDetect = noticed.length === 0 || noticed.includes(null) ? null : Math.max(...(noticed as number[]));
  const timeToWhole = wholeAt === null ? null : wholeAt - span.faultAt;
  const found = findings({ requests, postgres, redis, timeToDetect, timeToWhole });
  const pledges = judge(drill.pledges, found, (measure) => {
    if (OF_POSTGRES.includes(measure)) return postgres !== null;
    if (measure === "breaches") return postgres?.sessions != null;
    return OF_REDIS.includes(measure) ? redis !== null : true;
  });
  return {
    name: drill.name,
    summary: drill.summary,
    kept: failures.length === 0 && pledges.every(({ kept }) => kept),
    startedAt: new Date(span.startedAt).toISOString(),
    struck,
    timeToDetect,
    timeToWhole,
    requests,
    postgres,
    redis,
    pledges,
    failures,
    timeline: buildTimeline(span, evidence, course.marks),
  };
}
