import { hasFront } from "../../fleet/fleet.ts";
import type { ProgramName } from "../../fleet/machine.ts";
import { monitoringOf, tellsSomebody } from "../../spec/local.ts";
import type { Spec } from "../../spec/spec.ts";

/** Programs that a fleet cannot do without. HAProxy also carries the TCP fronts when nginx is the edge. */
export function neededPrograms(spec: Spec): ProgramName[] {
  const postgres = spec.postgres !== false && spec.postgres.kind === "local";
  const redis = (spec.redis !== false && spec.redis.kind === "local") || spec.cache !== false;
  const needs: readonly (readonly [ProgramName, boolean])[] = [
    ["haproxy", spec.balancer.engine === "haproxy" || hasFront(spec)],
    ["nginx", spec.balancer.engine === "nginx"],
    ["postgres", postgres],
    ["pgbouncer", postgres],
    ["redis-server", redis],
    ["openssl", spec.balancer.tls === "self-signed"],
    ["prometheus", monitoringOf(spec) !== null],
    ["alertmanager", tellsSomebody(spec)],
  ];
  return needs.flatMap(([program, needed]) => (needed ? [program] : []));
}
