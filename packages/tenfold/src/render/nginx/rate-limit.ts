import type { RateLimit } from "../../spec/balancer/balancer.ts";
import { block, map } from "./words.ts";

const MINUTE = 60_000;

/** nginx counts in whole requests a minute. A rule of the file sees to it that it is at least one. */
function perMinute({ requests, per }: RateLimit): number {
  return Math.max(1, Math.floor((requests * MINUTE) / per));
}

/** Seconds until the next request is let through. */
function retryAfter(limit: RateLimit): number {
  return Math.max(1, Math.ceil(60 / perMinute(limit)));
}

/**
 * One visitor is an IPv4 address or an IPv6 network of 64 bits. An IPv6 address is text here, in which `::` stands for
 * the longest run of zeros: before it, within the network's half, or across both.
 */
export function visitorMap(): string[] {
  return map("$remote_addr", "$visitor", [
    ["~^(?<visitor_v4>(::ffff:)?[0-9.]+)$", "$visitor_v4"],
    ['"~^(?<visitor_four>([^:]+:){4})"', "$visitor_four"],
    ['"~^(?<visitor_short>[0-9a-f:]*::)([^:]+(:[^:]+){0,3})?$"', "$visitor_short"],
    ['"~^(?<visitor_rest>[0-9a-f:]*::[^:]+(:[^:]+)*)(:[^:]+){4}$"', "$visitor_rest"],
    ["default", "$remote_addr"],
  ]);
}

/**
 * A bucket for each visitor: `requests` at once after a silence, then as many in each window. So up to twice as many can
 * pass in one window, which HAProxy's counters do not let happen.
 */
export function rateLimitZone(limit: RateLimit): string[] {
  return [
    ...visitorMap(),
    `limit_req_zone $visitor zone=rate:32m rate=${perMinute(limit)}r/m;`,
    "limit_req_status 429;",
    "limit_req_log_level info;",
  ];
}

const PAGE = "/.tenfold/too-many";

export function rateLimitRules(limit: RateLimit): string[] {
  return [
    `limit_req zone=rate${limit.requests > 1 ? ` burst=${limit.requests - 1} nodelay` : ""};`,
    `error_page 429 = ${PAGE};`,
    ...block(`location = ${PAGE}`, [
      "internal;",
      "default_type text/plain;",
      `set $retry_after ${retryAfter(limit)};`,
      `return 429 'Too many requests. Try again in ${retryAfter(limit)} s.\\n';`,
    ]),
  ];
}
