import type { Fleet } from "../../fleet/fleet.ts";
import type { Member } from "../../fleet/member.ts";
import { tuneHaproxy } from "../../fleet/tuning.ts";
import { formerLifetime } from "../edge/edge.ts";
import { section, time } from "./words.ts";

/** Old processes that may still carry WebSockets and TCP sessions; the oldest ends when one more is reloaded away. */
const FORMER_WORKERS = 5;

export function globalSection(fleet: Fleet, member: Member, fronts: number): string {
  const { spec, machine } = fleet;
  const share = { maxConnections: spec.balancer.maxConnections, cores: machine.cores };
  const { maxconn, nbthread } = tuneHaproxy(share, fronts);
  return section("global", [
    `log stdout format iso daemon info`,
    // Sockets are named relative to the working directory: a path may hold characters that an address cannot.
    `stats socket unix@${member.name}.sock mode 600 level admin expose-fd listeners`,
    `stats timeout 1m`,
    `hard-stop-after ${time(formerLifetime(spec))}`,
    `mworker-max-reloads ${FORMER_WORKERS}`,
    `nbthread ${nbthread}`,
    `maxconn ${maxconn}`,
    // Fewer open files than that allow is a warning, not a reason to stand still.
    `no strict-limits`,
    `spread-checks 10`,
    `tune.bufsize 16384`,
    `ssl-default-bind-options ssl-min-ver TLSv1.2`,
  ]);
}

/** What all sections share. */
export function defaultsSection(fleet: Fleet): string {
  return section("defaults base", [
    `log global`,
    `option dontlognull`,
    `timeout connect ${time(fleet.spec.balancer.timeouts.connect)}`,
    `timeout client 1m`,
    `timeout server 1m`,
  ]);
}
