import { type Fleet, portFor } from "../../fleet/fleet.ts";
import { APP_PORT } from "../../fleet/ports.ts";
import { securityHeaders } from "../edge/edge.ts";
import { VISITOR_HEADER } from "./sockets.ts";
import { map, quoted } from "./words.ts";

/**
 * Headers by which a visitor could claim to be somebody else. nginx removes headers by their whole names alone, so of
 * those that begin with X-Forwarded- the ones that programs are known to believe are named.
 */
const CLAIMS: readonly string[] = [
  "Forwarded",
  "X-Real-IP",
  "X-Client-IP",
  "X-Original-URL",
  "X-Rewrite-URL",
  "Proxy",
  "X-Forwarded-By",
  "X-Forwarded-Method",
  "X-Forwarded-Path",
  "X-Forwarded-Prefix",
  "X-Forwarded-Protocol",
  "X-Forwarded-Scheme",
  "X-Forwarded-Server",
  "X-Forwarded-Ssl",
  "X-Forwarded-Uri",
  "X-Forwarded-User",
  "X-Url-Scheme",
];

function variableOf(header: string): string {
  return header.toLowerCase().replaceAll("-", "_");
}

/** Maps at the level of `http` for the headers below. */
export function headerMaps(fleet: Fleet): string[] {
  return [
    ...map("$request_id", "$new_id", [
      ['"~^(?<id_a>.{8})(?<id_b>.{4})(?<id_c>.{4})(?<id_d>.{4})(?<id_e>.{12})$"', '"$id_a-$id_b-$id_c-$id_d-$id_e"'],
    ]),
    // What may be kept is nothing that could be code anywhere.
    ...map("$http_x_request_id", "$sane_id", [
      ['"~^[A-Za-z0-9._:-]{1,128}$"', "$http_x_request_id"],
      ["default", "$new_id"],
    ]),
    ...map("$msec", "$now_ms", [["~^(?<now_s>[0-9]+)\\.(?<now_m>[0-9]+)$", '"$now_s$now_m"']]),
    ...map("$http_host", "$asked_host", [
      ['""', "$host"],
      ["default", "$http_host"],
    ]),
    ...map("$http_upgrade", "$further", [
      ['""', "close"],
      ["default", "upgrade"],
    ]),
    ...securityHeaders(fleet.spec).flatMap(([name, value]) =>
      map(`$upstream_http_${variableOf(name)}`, `$add_${variableOf(name)}`, [
        ['""', quoted(value)],
        ["default", '""'],
      ]),
    ),
  ];
}

/** Says who asks for what, and when. What the visitor said about that is left out. */
export function requestHeaders(fleet: Fleet): string[] {
  const headers: readonly (readonly [string, string])[] = [
    ["Host", "$asked_host"],
    ["Upgrade", "$http_upgrade"],
    ["Connection", "$further"],
    [VISITOR_HEADER, "$remote_addr"],
    ["X-Request-Id", "$sane_id"],
    ["X-Forwarded-For", "$remote_addr"],
    ["X-Forwarded-Proto", fleet.spec.balancer.tls === false ? "http" : "https"],
    ["X-Forwarded-Host", "$asked_host"],
    ["X-Forwarded-Port", String(portFor(fleet.ports, APP_PORT))],
    ["X-Request-Start", "t=$now_ms"],
    ...CLAIMS.map((name) => [name, '""'] as const),
  ];
  return headers.map(([name, value]) => `proxy_set_header ${name} ${value};`);
}

/** With every answer, nginx's own included. */
export function answerHeaders(fleet: Fleet): string[] {
  return [
    "proxy_hide_header X-Request-Id;",
    "add_header X-Request-Id $sane_id always;",
    ...securityHeaders(fleet.spec).map(([name]) => `add_header ${name} $add_${variableOf(name)} always;`),
  ];
}
