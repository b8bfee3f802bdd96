import type { Fleet } from "../../fleet/fleet.ts";
import type { Member } from "../../fleet/member.ts";
import type { Health, Web } from "../../spec/web/web.ts";
import { millis, seconds } from "../../units/millis.ts";
import { COMPRESSIBLE, cookieName, servingTargets } from "../edge/edge.ts";
import { PAGES, type PageName, pagePath, RETRY_AFTER } from "../edge/pages.ts";
import { latencyRules } from "./latency.ts";
import { slotLines, webSlots } from "./slots.ts";
import { trialSection } from "./trial.ts";
import { webSocketRules } from "./web-sockets.ts";
import { quoted, section, time } from "./words.ts";

/** Answers of 500 and above, or connections that fail, in a row: then an instance is out until its next health check. */
const ERROR_LIMIT = 10;

const IDEMPOTENT = "{ method GET HEAD OPTIONS PUT DELETE }";

function balanceLines({ balance, sticky }: Web): string[] {
  // With `sticky: ip` the hash decides where a newcomer goes, so that most return to the same after a restart.
  if (balance === "ip" || sticky === "ip") return ["balance source", "hash-type consistent"];
  return [`balance ${balance}`];
}

/** An address stays with its instance when others come and go. Both backends share the table of the first. */
function stickyLines(fleet: Fleet, backend: "app" | "panic"): string[] {
  const { sticky } = fleet.spec.web;
  switch (sticky) {
    case false:
      return [];
    case "cookie": {
      const secure = fleet.spec.balancer.tls === false ? "" : " secure";
      return [`cookie ${cookieName(fleet.spec)} insert indirect nocache httponly${secure} attr SameSite=Lax`];
    }
    case "ip":
      return backend === "app"
        ? ["stick-table type ipv6 size 200k expire 1h", "stick on src"]
        : ["stick on src table app"];
    default:
      return sticky satisfies never;
  }
}

function errorLine(fleet: Fleet, member: Member, name: PageName): string {
  const { status } = PAGES[name];
  const retry = status === 503 ? ` hdr Retry-After ${RETRY_AFTER}` : "";
  const file = quoted(pagePath(fleet, member, name, "html"));
  return `http-error status ${status} content-type "text/html; charset=utf-8" file ${file} hdr Cache-Control no-store${retry}`;
}

function checkLines(health: Health): string[] {
  return [
    "option httpchk",
    `http-check send meth GET uri ${quoted(health.path)} ver HTTP/1.1 hdr Host localhost hdr User-Agent tenfold-health`,
    `http-check expect status ${health.strict ? "200-399" : "100-499"}`,
  ];
}

/** What both backends share: how an instance is chosen, and how long things may take. */
function webDefaults(fleet: Fleet, member: Member): string {
  const { web, balancer } = fleet.spec;
  const { timeouts } = balancer;
  const stream = `{ req.hdr(accept) -m sub text/event-stream }`;
  return section("defaults web from base", [
    "mode http",
    ...balanceLines(web),
    `timeout queue ${time(timeouts.queue)}`,
    `timeout server ${time(timeouts.request)}`,
    `timeout server-fin 10s`,
    `timeout tunnel ${time(timeouts.websocket)}`,
    `timeout check ${time(web.health.timeout)}`,
    `http-request set-timeout server ${time(timeouts.websocket)} if ${stream}`,
    ...latencyRules(),
    ...webSocketRules(),
    // One more attempt, on another instance. Of what is not idempotent only when nothing of it was sent.
    `retries 1`,
    `option redispatch 1`,
    `retry-on conn-failure empty-response junk-response`,
    `http-request disable-l7-retry unless ${IDEMPOTENT}`,
    ...(balancer.gzip ? [`compression algo gzip`, `compression type ${COMPRESSIBLE.join(" ")}`] : []),
    errorLine(fleet, member, "not-taken"),
    errorLine(fleet, member, "broken"),
    errorLine(fleet, member, "too-slow"),
  ]);
}

function serverDefaults(web: Web, extra: readonly string[]): string {
  const { interval } = web.health;
  const fast = time(millis(Math.min(interval, 500)));
  const words = [
    `default-server check inter ${time(interval)} fastinter ${fast} downinter ${time(interval)} fall 2 rise 1`,
    // An idle connection must be gone before the instance closes it (5 s in Node): a request could meet the close.
    `pool-purge-delay ${time(seconds(1))}`,
    ...(web.concurrency === false ? [] : [`maxconn ${web.concurrency}`]),
    ...extra,
  ];
  return words.join(" ");
}

/**
 * The web tier, twice: `app` has the instances that pass the health check, `panic` those that accept connections.
 * Which of the two gets a request is decided where it comes in.
 */
export function webSections(fleet: Fleet, member: Member): string {
  const { web } = fleet.spec;
  const slots = slotLines("web", webSlots(fleet), servingTargets(fleet), { cookies: web.sticky === "cookie" });
  const slow = web.slowStart === 0 ? [] : [`slowstart ${time(web.slowStart)}`];
  return [
    webDefaults(fleet, member),
    section("backend app from web", [
      ...checkLines(web.health),
      ...stickyLines(fleet, "app"),
      serverDefaults(web, [...slow, `observe layer7 error-limit ${ERROR_LIMIT} on-error mark-down`]),
      ...slots,
    ]),
    section("backend panic from web", [
      "no log",
      ...stickyLines(fleet, "panic"),
      serverDefaults(web, [`observe layer4 error-limit ${ERROR_LIMIT} on-error mark-down`]),
      ...slots,
    ]),
    ...trialSection(fleet, [...checkLines(web.health), serverDefaults(web, [])]),
  ].join("\n");
}
