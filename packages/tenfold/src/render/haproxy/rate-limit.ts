import type { RateLimit } from "../../spec/balancer/balancer.ts";
import { type Millis, millis } from "../../units/millis.ts";
import { section, time } from "./words.ts";

/** Parts of a window that are counted apart. More of them cost more look-ups and free a visitor's budget sooner. */
const SLICES = 10;

const TABLE = "rate";

function sliceLength(limit: RateLimit): Millis {
  return millis(Math.max(1, Math.ceil(limit.per / SLICES)));
}

/**
 * At most `requests` in any window of `per`, counting those that were let through. HAProxy's own `http_req_rate` cannot
 * say that: it estimates, so that twice as many can pass, and it counts refused requests, so that a visitor who does not
 * slow down is never let in again. Here time is cut into slices with a counter each; the slices that a window can touch
 * are added up. What is known as one visitor is an IPv4 address or an IPv6 network of 64 bits.
 */
export function rateLimitRules(limit: RateLimit): string[] {
  const length = sliceLength(limit);
  const ages = Array.from({ length: SLICES + 1 }, (_, age) => age);
  const count = (age: number): string => `txn.count${age}`;
  const over = `{ var(txn.used) -m int ge ${limit.requests} }`;
  return [
    `http-request set-var(txn.now) date(0,ms)`,
    ...ages.flatMap((age) => [
      `http-request set-var(txn.slice${age}) var(txn.now),div(${length})${age === 0 ? "" : `,sub(${age})`}`,
      `http-request set-var(${count(age)}) src,ipmask(32,64),concat(/,txn.slice${age}),table_gpc0(${TABLE})`,
    ]),
    `http-request set-var(txn.used) var(${count(0)})${ages
      .slice(1)
      .map((age) => `,add(${count(age)})`)
      .join("")}`,
    // The oldest slice with something in it is the next to leave the window.
    ...ages.map(
      (age) => `http-request set-var(txn.oldest) var(txn.slice${age}) if ${over} { var(${count(age)}) -m int gt 0 }`,
    ),
    `http-request set-var(txn.wait) var(txn.oldest),add(${SLICES + 1}),mul(${length}),sub(txn.now),add(999),div(1000) if ${over}`,
    `http-request return status 429 content-type text/plain lf-string "Too many requests. Try again in %[var(txn.wait)] s.\\n" hdr Retry-After "%[var(txn.wait)]" if ${over}`,
    `http-request track-sc0 src,ipmask(32,64),concat(/,txn.slice0) table ${TABLE}`,
    `http-request sc-inc-gpc0(0)`,
  ];
}

/** The table with a counter for each visitor and slice. */
export function rateLimitTable(limit: RateLimit): string {
  const expire = millis(sliceLength(limit) * (SLICES + 2));
  return section(`backend ${TABLE} from base`, [
    `stick-table type string len 64 size 500k expire ${time(expire)} store gpc0`,
  ]);
}
