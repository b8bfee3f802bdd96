import { type Fleet, portFor } from "../../fleet/fleet.ts";
import type { Member } from "../../fleet/member.ts";
import { APP_PORT, furtherPort } from "../../fleet/ports.ts";
import { seconds } from "../../units/millis.ts";
import { hostForUrl, PROBE_PATH, probeAnswer, tlsFile } from "../edge/edge.ts";
import { PAGES, pagePath, RETRY_AFTER } from "../edge/pages.ts";
import { bodyLimitRules } from "./body-limit.ts";
import { forwardedRules, requestIdRules, securityRules } from "./headers.ts";
import { rateLimitRules } from "./rate-limit.ts";
import { trialRules } from "./trial.ts";
import { quoted, section, time } from "./words.ts";

/** The socket by which a worker that is leaving hands requests to the one that follows it. */
const HANDOVER = (member: Member): string => `unix@${member.name}-handover.sock`;

/** Where the visitors come in. */
export function edgeFrontend(fleet: Fleet, member: Member): string {
  const { spec } = fleet;
  const { host, timeouts, maxConnections, maxBody, rateLimit } = spec.balancer;
  const tls = spec.balancer.tls === false ? "" : ` ssl crt ${quoted(tlsFile(fleet.paths, member))} alpn h2,http/1.1`;
  const local = `{ src 127.0.0.0/8 ::1${/^[0-9a-f.:]+$/i.test(host) ? ` ${host}` : ""} }`;
  return section("frontend edge from base", [
    `bind ${hostForUrl(host)}:${portFor(fleet.ports, APP_PORT)}${tls}`,
    `mode http`,
    `maxconn ${maxConnections}`,
    `timeout client ${time(timeouts.request)}`,
    `timeout http-request ${time(seconds(10))}`,
    `timeout http-keep-alive ${time(timeouts.idle)}`,
    `timeout client-fin 10s`,
    // Only what went wrong is logged: every request would be a write to disk.
    `option dontlog-normal`,
    `log-format "%ci %ST %TR/%Tw/%Tc/%Tr/%Ta %b/%s %ts %rc %[var(txn.id)] %{+Q}r"`,
    // A reload must not close a connection on which the visitor's next request may be under way.
    `option idle-close-on-response`,
    `option http-restrict-req-hdr-names delete`,
    `http-request return status 200 content-type text/plain string ${quoted(probeAnswer(fleet, member))} if { path ${PROBE_PATH} } ${local}`,
    ...requestIdRules(),
    ...(rateLimit === false ? [] : rateLimitRules(rateLimit)),
    ...bodyLimitRules(maxBody),
    ...forwardedRules(spec),
    ...securityRules(spec),
    `http-response del-header Keep-Alive`,
    ...noneReadyRules(fleet, member),
    // A worker that is leaving knows the instances of yesterday; the next one knows those of today.
    `use_backend handover if { stopping }`,
    ...choiceRules(fleet),
  ]);
}

/** Counts who is alive and who is well, and explains itself when nobody is. */
function noneReadyRules(fleet: Fleet, member: Member): string[] {
  const page = (type: "html" | "json"): string => quoted(pagePath(fleet, member, "none-ready", type));
  const none = `{ var(txn.alive) -m int eq 0 } { nbsrv(app) eq 0 } !{ stopping }`;
  const answer = `http-request return status ${PAGES["none-ready"].status}`;
  const headers = `hdr Retry-After ${RETRY_AFTER} hdr Cache-Control no-store`;
  return [
    `http-request set-var(txn.alive) nbsrv(panic)`,
    `http-request set-var(txn.margin) nbsrv(app),mul(2),sub(txn.alive)`,
    `${answer} content-type application/json file ${page("json")} ${headers} if ${none} { req.hdr(accept) -m sub application/json }`,
    `${answer} content-type "text/html; charset=utf-8" file ${page("html")} ${headers} if ${none}`,
  ];
}

/**
 * Instances that fail their health check get no requests, unless that would leave less than half of those that are
 * alive: then the check is probably what is wrong, or the rest would break under the load, and all get some.
 */
function choiceRules(fleet: Fleet): string[] {
  return [`use_backend panic if { var(txn.margin) -m int lt 0 }`, ...trialRules(fleet), `default_backend app`];
}

/** The way from a worker that is leaving to the one that follows: requests keep their visitor's address and headers. */
export function handoverSections(fleet: Fleet, member: Member): string {
  const { timeouts, maxConnections } = fleet.spec.balancer;
  return [
    section("backend handover from base", [
      `mode http`,
      `timeout server ${time(timeouts.websocket)}`,
      `timeout tunnel ${time(timeouts.websocket)}`,
      `http-reuse never`,
      `server next ${HANDOVER(member)} send-proxy-v2`,
    ]),
    section("frontend handover from base", [
      `bind ${HANDOVER(member)} mode 600 accept-proxy`,
      `mode http`,
      `maxconn ${maxConnections}`,
      `timeout client ${time(timeouts.request)}`,
      `option dontlog-normal`,
      ...noneReadyRules(fleet, member),
      ...choiceRules(fleet),
    ]),
  ].join("\n");
}

/** Prometheus reads here. Slots without an instance are left out unless asked for. */
export function metricsFrontend(fleet: Fleet, member: Member): string {
  return section("frontend metrics from base", [
    `bind 127.0.0.1:${portFor(fleet.ports, furtherPort(member.name, "metrics"))}`,
    `mode http`,
    `maxconn 32`,
    `no log`,
    `http-request set-query no-maint if { path /metrics } !{ query -m found }`,
    `http-request use-service prometheus-exporter if { path /metrics }`,
    `http-request return status 404`,
  ]);
}
