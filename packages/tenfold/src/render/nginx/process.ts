import type { Fleet } from "../../fleet/fleet.ts";
import { isAtLeast } from "../../fleet/machine.ts";
import type { Member } from "../../fleet/member.ts";
import { dataDirectory } from "../../fleet/paths.ts";
import { NGINX_RESERVED, type NginxTuning, tuneNginx } from "../../fleet/tuning.ts";
import { formerLifetime } from "../edge/edge.ts";
import { block, quoted, time } from "./words.ts";

/** Where nginx puts bodies that do not fit into memory; `prepare` makes it. */
export function temporaryDirectory(fleet: Fleet, member: Member): string {
  return dataDirectory(fleet.paths, member.name);
}

/** In `paths.run`, which nginx works in: sockets and flags are named relative to it. */
export function pidFileName(member: Member): string {
  return `${member.name}.pid`;
}

function tuningOf({ spec, machine }: Fleet): NginxTuning {
  return tuneNginx({ maxConnections: spec.balancer.maxConnections, cores: machine.cores });
}

export function workerCount(fleet: Fleet): number {
  return tuningOf(fleet).workerProcesses;
}

/** From this version on HTTP/2 has a directive of its own. */
export function hasHttp2Directive(fleet: Fleet): boolean {
  return isAtLeast(fleet.machine.programs.nginx?.version ?? [0, 0, 0], [1, 25, 1]);
}

/** Room for the headers of an answer, and for what of it is under way, in kB. */
export function answerBuffer(size: number): string[] {
  return [
    `proxy_buffer_size ${size}k;`,
    // Not used without buffering, but nginx wants the three to agree.
    `proxy_buffers 4 ${size}k;`,
    `proxy_busy_buffers_size ${size * 2}k;`,
  ];
}

function temporaryPaths(fleet: Fleet, member: Member): string[] {
  const parent = temporaryDirectory(fleet, member);
  return [
    `client_body_temp_path ${quoted(`${parent}/body`)};`,
    // None of these is used, but nginx makes them all.
    ...["proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${quoted(`${parent}/${name}`)};`),
  ];
}

/** A whole configuration: what concerns the processes, and the `http` block around `http`. */
export function configuration(fleet: Fleet, member: Member, http: readonly string[]): string {
  const { workerProcesses, workerConnections } = tuningOf(fleet);
  return [
    `# ${member.name} of ${fleet.spec.name}, written by Tenfold: changes here are overwritten.`,
    "daemon off;",
    // Workers of a root that says nothing run as nobody, who cannot write where root can.
    ...(fleet.machine.users.service.uid === 0 ? ["user root;"] : []),
    `pid ${quoted(`${fleet.paths.run}/${pidFileName(member)}`)};`,
    "error_log stderr error;",
    `worker_processes ${workerProcesses};`,
    `worker_rlimit_nofile ${workerConnections + NGINX_RESERVED};`,
    `worker_shutdown_timeout ${time(formerLifetime(fleet.spec))};`,
    ...block("events", [`worker_connections ${workerConnections};`]),
    ...block("http", [
      "access_log off;",
      "server_tokens off;",
      "default_type application/octet-stream;",
      ...temporaryPaths(fleet, member),
      ...http,
    ]),
    "",
  ].join("\n");
}
