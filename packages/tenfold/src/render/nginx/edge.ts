import { memberNamed } from "../../fleet/data.ts";
import { type Fleet, portFor, routerOf } from "../../fleet/fleet.ts";
import type { Member } from "../../fleet/member.ts";
import { APP_PORT, furtherPort } from "../../fleet/ports.ts";
import { millis, seconds } from "../../units/millis.ts";
import { COMPRESSIBLE, hostForUrl, PROBE_PATH, probeAnswer, tlsFile } from "../edge/edge.ts";
import { answerHeaders, headerMaps, requestHeaders } from "./headers.ts";
import { page, pageUri } from "./pages.ts";
import { answerBuffer, configuration, hasHttp2Directive } from "./process.ts";
import { rateLimitRules, rateLimitZone } from "./rate-limit.ts";
import { partingFlagName, requestSocketName } from "./sockets.ts";
import { block, quoted, time } from "./words.ts";

const TOO_LARGE = "/.tenfold/too-large";
const PARTING = "/.tenfold/parting";

function listen(fleet: Fleet): string[] {
  const { host, tls } = fleet.spec.balancer;
  const http2 = hasHttp2Directive(fleet);
  const words = [
    `listen ${hostForUrl(host)}:${portFor(fleet.ports, APP_PORT)}`,
    ...(host.includes(":") ? [`ipv6only=${host === "::" ? "off" : "on"}`] : []),
    ...(tls === false ? [] : ["ssl", ...(http2 ? [] : ["http2"])]),
    "backlog=4096",
    "so_keepalive=on",
  ];
  return [`${words.join(" ")};`, ...(tls !== false && http2 ? ["http2 on;"] : [])];
}

function tlsLines(fleet: Fleet, member: Member): string[] {
  if (fleet.spec.balancer.tls === false) return [];
  // Relative to the configuration: a directory's name may hold what nginx would take for a variable.
  const file = quoted(tlsFile(fleet.paths, member).split("/").at(-1) ?? "");
  return [
    `ssl_certificate ${file};`,
    `ssl_certificate_key ${file};`,
    "ssl_protocols TLSv1.2 TLSv1.3;",
    "ssl_session_cache shared:tls:8m;",
  ];
}

function gzipLines(fleet: Fleet): string[] {
  if (!fleet.spec.balancer.gzip) return [];
  const types = COMPRESSIBLE.filter((type) => type !== "text/html");
  return ["gzip on;", "gzip_proxied any;", "gzip_vary on;", "gzip_min_length 256;", `gzip_types ${types.join(" ")};`];
}

/** Those who ask from this machine: the probe is not for visitors. */
function localMap({ host }: Fleet["spec"]["balancer"]): string[] {
  const own = /^[0-9a-f.:]+$/i.test(host) && !["0.0.0.0", "::", "::1"].includes(host) ? [`${host} 1;`] : [];
  return block("geo $is_local", [
    "default 0;",
    "127.0.0.0/8 1;",
    "::1 1;",
    ...own.filter((line) => !/^127\./.test(line)),
  ]);
}

function server(fleet: Fleet, member: Member): string[] {
  const { timeouts, maxBody, rateLimit } = fleet.spec.balancer;
  const further = ["proxy_pass http://router$request_uri;"];
  return block("server", [
    ...listen(fleet),
    ...tlsLines(fleet, member),
    `client_max_body_size ${maxBody};`,
    'set $retry_after "";',
    "add_header Retry-After $retry_after always;",
    ...answerHeaders(fleet),
    ...requestHeaders(fleet),
    `error_page 413 = ${TOO_LARGE};`,
    `error_page 502 504 = ${pageUri("not-taken")};`,
    ...(rateLimit === false ? [] : rateLimitRules(rateLimit)),
    ...block("location /", [
      ...block(`if (-f ${partingFlagName(member)})`, [`rewrite ^ ${PARTING} last;`]),
      ...further,
    ]),
    ...block(`location = ${PARTING}`, ["internal;", "keepalive_timeout 0;", ...further]),
    ...block(`location = ${PROBE_PATH}`, [
      "default_type text/plain;",
      ...block("if ($is_local)", [`return 200 ${quoted(probeAnswer(fleet, member))};`]),
      ...further,
    ]),
    ...block(`location = ${TOO_LARGE}`, [
      "internal;",
      "default_type text/plain;",
      `return 413 'The request body is larger than ${maxBody} bytes.\\n';`,
    ]),
    ...page("not-taken"),
    `keepalive_timeout ${time(timeouts.idle)};`,
  ]);
}

/** A few figures in the format of Prometheus: all that nginx counts without a module of others. */
function metrics(fleet: Fleet, member: Member): string[] {
  const gauges = ["active", "reading", "writing", "waiting"].map(
    (name) => `# TYPE nginx_connections_${name} gauge\\nnginx_connections_${name} $connections_${name}\\n`,
  );
  return block("server", [
    `listen 127.0.0.1:${portFor(fleet.ports, furtherPort(member.name, "metrics"))};`,
    ...block("location = /metrics", ["default_type text/plain;", `return 200 '${gauges.join("")}';`]),
    ...block("location /", ["return 404;"]),
  ]);
}

/**
 * Where the visitors come in. It keeps their connections and knows no instance: every request goes to the router on a
 * connection of its own. A reload closes the idle connections of visitors, on which a request may be under way, so what
 * changes often must not be here.
 */
export function edgeConfiguration(fleet: Fleet, member: Member): string {
  const { timeouts, rateLimit } = fleet.spec.balancer;
  const router = memberNamed(fleet, routerOf(fleet.spec));
  // The router keeps the time; this is for the case that it does not.
  const longest = time(millis(Math.max(timeouts.request, timeouts.websocket) + seconds(5)));
  const socket = `server unix:${requestSocketName(router)} max_fails=0;`;
  return configuration(fleet, member, [
    ...headerMaps(fleet),
    ...localMap(fleet.spec.balancer),
    ...(rateLimit === false ? [] : rateLimitZone(rateLimit)),
    ...gzipLines(fleet),
    `client_header_timeout ${time(seconds(10))};`,
    `client_body_timeout ${time(timeouts.request)};`,
    `send_timeout ${time(timeouts.request)};`,
    "client_body_buffer_size 64k;",
    "keepalive_requests 100000;",
    "large_client_header_buffers 4 16k;",
    "proxy_http_version 1.1;",
    "proxy_buffering off;",
    // What the router adds must fit too.
    ...answerBuffer(32),
    "proxy_redirect off;",
    `proxy_connect_timeout ${time(timeouts.connect)};`,
    `proxy_read_timeout ${longest};`,
    `proxy_send_timeout ${longest};`,
    // Twice the same: a connection that was not made is tried once more.
    "proxy_next_upstream error;",
    "proxy_next_upstream_tries 2;",
    ...block("upstream router", [socket, socket]),
    ...server(fleet, member),
    ...metrics(fleet, member),
  ]);
}
