import type { LoadCause } from "@tenfold/protocol";
import type { WebFigures } from "../../fleet/figures.ts";
import type { MemberName } from "../../fleet/member.ts";
import { growth, memberAt } from "../../fleet/observation.ts";
import { bytes, formatBytes } from "../../units/bytes.ts";
import { formatDuration } from "../../units/millis.ts";
import { grown, mean, most, OFTEN, RECENT, recent, shareOf, type Window } from "./cause.ts";

/** Milliseconds: a 95th percentile above it, so many times the median, is a tail. */
const SLOW_TAIL_MS = 500;
const TAIL_TIMES = 5;
const LEAST_LOOKS = 3;
const WORTH_TELLING = 0.001;
/** Seconds of looks that a trend of memory needs, and what it has to amount to. */
const TREND_SECONDS = 300;
const GROWTH_SHARE = 0.2;
const GROWTH_BYTES = 32 * 1024 ** 2;
const STRAIGHT = 0.8;
const LATE_JOB_MS = 30_000;

/** A few answers that are far slower than the rest: the mean does not show them. */
export function slowTail(window: Window): LoadCause[] {
  const known = recent(window.looks).flatMap(({ latency }) => latency ?? []);
  const slow = known.filter(({ p50, p95 }) => p95 >= SLOW_TAIL_MS && p95 >= p50 * TAIL_TIMES);
  const worst = slow.toSorted((a, b) => b.p95 - a.p95)[0];
  if (worst === undefined || known.length < LEAST_LOOKS || slow.length * 2 < known.length) return [];
  return [
    {
      name: "slow-tail",
      level: "warning",
      subject: "web",
      figure: `one answer of twenty took ${Math.round(worst.p95)} ms and more, half of them ${Math.round(worst.p50)} ms at most (of ${worst.answers} in ${Math.round(worst.seconds)} s)`,
      why: "some routes are slow, or an instance stands still at times; the mean hides it",
      change:
        "look which routes are slow (tenfold_http_request_duration_seconds with @tenfold/runtime, or the application's log), and at what blocks an instance: collecting garbage, computing in the request",
    },
  ];
}

function webOf({ looks }: Window): (WebFigures | null)[] {
  return looks.map(({ web }) => web);
}

export function instancesFull(window: Window): LoadCause[] {
  const share = shareOf(webOf(window), ({ queued }) => queued > 0) ?? 0;
  if (share < OFTEN) return [];
  const worst = most(webOf(window).map((web) => web?.queued ?? 0));
  return [
    {
      name: "instances-full",
      level: "warning",
      subject: "balancer",
      figure: `up to ${worst} requests waited in the balancer, at ${Math.round(share * 100)} % of the looks`,
      why: "every instance had as many requests as it may have at once",
      change: `more instances (tenfold scale web=+1), or web.concurrency${window.spec.web.concurrency === false ? "" : `, which is ${window.spec.web.concurrency}`}`,
    },
  ];
}

/** `3 of 4000 requests`, or those that came before the first look as well; `null` when they are too few to speak of. */
function countedOf(window: Window, of: (web: WebFigures) => number): string | null {
  const count = (each: (web: WebFigures) => number): number =>
    grown(
      webOf(window).map((web) => (web === null ? null : each(web))),
      growth,
    );
  const [requests, found] = [count((web) => web.requests), count(of)];
  if (found === 0 || found < requests * WORTH_TELLING) return null;
  // They were counted when they came, some of them before the first look.
  return found > requests ? `${found} requests` : `${found} of ${requests} requests`;
}

export function requestsRefused(window: Window): LoadCause[] {
  const refused = countedOf(window, (web) => web.refused);
  if (refused === null) return [];
  return [
    {
      name: "requests-refused",
      level: "error",
      subject: "balancer",
      figure: `${refused} got a 503, since no instance could take them`,
      why: "instances were sick, or full for longer than balancer.timeouts.queue",
      change: "tenfold health says which instance is sick; else more instances",
    },
  ];
}

export function requestsUnanswered(window: Window): LoadCause[] {
  const unanswered = countedOf(window, (web) => web.unanswered);
  if (unanswered === null) return [];
  return [
    {
      name: "requests-unanswered",
      level: "error",
      subject: "web",
      figure: `${unanswered} got a 504 or a 502: an instance took them and did not answer`,
      why: "it took longer than it may, or ended while it worked on them",
      change: `tenfold logs balancer-1 names them; balancer.timeouts.request is ${formatDuration(window.spec.balancer.timeouts.request)}`,
    },
  ];
}

/** A straight line through a member's memory: what it grew by, and how much of the movement it explains. */
function trendOf(points: readonly (readonly [number, number])[]): {
  readonly growth: number;
  readonly straight: number;
} {
  const x = mean(points.map(([at]) => at)) ?? 0;
  const y = mean(points.map(([, value]) => value)) ?? 0;
  let [cross, across, spread] = [0, 0, 0];
  for (const [at, value] of points) {
    cross += (at - x) * (value - y);
    across += (at - x) ** 2;
    spread += (value - y) ** 2;
  }
  if (across === 0 || spread === 0) return { growth: 0, straight: 0 };
  const span = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  return { growth: (cross / across) * span, straight: cross ** 2 / (across * spread) };
}

/** Since its last start: what begins anew has less. */
function memoryOf({ looks }: Window, name: MemberName): (readonly [number, number])[] {
  let restarts = -1;
  let points: (readonly [number, number])[] = [];
  for (const look of looks) {
    const figures = memberAt(look, name);
    if (figures === null) continue;
    if (figures.restarts !== restarts) points = [];
    restarts = figures.restarts;
    points.push([look.at / 1_000, figures.memory]);
  }
  return points;
}

export function memoryGrowth(window: Window): LoadCause[] {
  const names = window.looks.at(-1)?.members.names ?? [];
  return names
    .filter((name) => /^(web|worker|scheduler)-/.test(name))
    .flatMap((name): LoadCause[] => {
      // The first minute of a process is no trend.
      const points = memoryOf(window, name).slice(RECENT);
      const [first, last] = [points[0], points.at(-1)];
      if (first === undefined || last === undefined || last[0] - first[0] < TREND_SECONDS) return [];
      const { growth: grew, straight } = trendOf(points);
      if (grew < GROWTH_BYTES || grew < first[1] * GROWTH_SHARE || straight < STRAIGHT) return [];
      const minutes = Math.round((last[0] - first[0]) / 60);
      return [
        {
          name: "memory-growth",
          level: "warning",
          subject: name,
          figure: `its memory grew by ${formatBytes(bytes(grew))} in ${minutes} min, to ${formatBytes(bytes(last[1]))}, as a straight line`,
          why: "something is kept and never given back",
          change: `find the leak; until then web.memory (or that of the worker) restarts it before the machine is out of memory, and tenfold restart ${name} does so now`,
        },
      ];
    });
}

export function jobsLate({ looks }: Window): LoadCause[] {
  const last = looks.at(-1);
  if (last === undefined) return [];
  return [...last.queues].flatMap(([name, { queued, oldest }]): LoadCause[] => {
    if (oldest === null || oldest < LATE_JOB_MS) return [];
    return [
      {
        name: "jobs-late",
        level: "warning",
        subject: name,
        figure: `${queued} jobs wait, the oldest for ${Math.round(oldest / 1_000)} s`,
        why: "more jobs come than its workers do",
        change: `tenfold scale worker.${name}=+1, or bounds in workers.${name}.instances so that it moves by itself`,
      },
    ];
  });
}
