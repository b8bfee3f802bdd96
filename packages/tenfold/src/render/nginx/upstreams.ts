import type { Fleet } from "../../fleet/fleet.ts";
import type { Member } from "../../fleet/member.ts";
import type { Target } from "../edge/edge.ts";
import { requestSocketName, VISITOR_VARIABLE } from "./sockets.ts";
import { block } from "./words.ts";

/** Idle connections to instances that a worker keeps. */
const KEPT = 64;

/** Failures within a health check's interval after which an instance gets no requests for as long. */
const MAX_FAILS = 3;

function hashes({ spec }: Fleet): boolean {
  return spec.web.balance === "ip" || spec.web.sticky === "ip";
}

/** How requests are spread; nothing: in turn. */
function method(fleet: Fleet): string[] {
  if (hashes(fleet)) return [`hash ${VISITOR_VARIABLE} consistent;`];
  return fleet.spec.web.balance === "leastconn" ? ["least_conn;"] : [];
}

function serverWords({ spec }: Fleet, target: Target): string {
  const { concurrency } = spec.web;
  return [`127.0.0.1:${target.port}`, ...(concurrency === false ? [] : [`max_conns=${concurrency}`])].join(" ");
}

function passive({ spec }: Fleet): string {
  return `max_fails=${MAX_FAILS} fail_timeout=${Math.ceil(spec.web.health.interval / 1000)}s`;
}

/** An idle connection must be gone before the instance closes it (2 s in Gunicorn, 5 s in Node): a request could meet the close. */
function keepalive(count: number): string[] {
  return [`keepalive ${count};`, "keepalive_requests 100000;", "keepalive_timeout 1s;"];
}

/** Instances that share requests. When every one of them has failed, all of `spares` are tried as if none had. */
export function sharedUpstream(
  fleet: Fleet,
  name: string,
  targets: readonly Target[],
  spares: readonly Target[] = targets,
): string[] {
  // A hash knows no spare servers, and with a limit of requests an instance must not be listed twice.
  const spare = hashes(fleet) || fleet.spec.web.concurrency !== false ? [] : spares;
  return block(`upstream ${name}`, [
    `zone ${name} 1m;`,
    ...method(fleet),
    ...targets.map((target) => `server ${serverWords(fleet, target)} ${passive(fleet)};`),
    ...spare.map((target) => `server ${serverWords(fleet, target)} max_fails=0 backup;`),
    ...keepalive(KEPT),
  ]);
}

export function ownUpstreamName(target: Target): string {
  return `only-${target.name}`;
}

/** One instance for those who have its cookie. When it fails, the router asks itself, as for a visitor without one. */
export function ownUpstream(fleet: Fleet, router: Member, target: Target): string[] {
  return block(`upstream ${ownUpstreamName(target)}`, [
    ...(fleet.spec.web.concurrency === false ? [] : [`zone ${ownUpstreamName(target)} 64k;`]),
    `server ${serverWords(fleet, target)} ${passive(fleet)};`,
    `server unix:${requestSocketName(router)} max_fails=0 backup;`,
    ...keepalive(Math.ceil(KEPT / 4)),
  ]);
}
