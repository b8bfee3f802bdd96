import { section } from "./words.ts";

/** Where the answers of instances are counted by how long they took. */
export const LATENCY_TABLE = "latency";

/** All keys that there can be: ninety for each digit more, up to a day. */
const SIZE = "1k";

/**
 * Counts each answer of an instance in the table, under the first two digits of its microseconds and their number:
 * `12e5` for 12.0 up to 13.0 ms. From when the request may go to an instance (a queue and a second attempt are in it) to
 * the head of the answer: how fast a visitor reads, and how long a stream or a WebSocket lasts, says nothing about the
 * instances.
 */
export function latencyRules(): string[] {
  const counts = "if { status ge 200 }";
  return [
    "http-request set-var(txn.began) date(0,us)",
    `http-response set-var(txn.took) date(0,us),sub(txn.began) ${counts}`,
    `http-response set-var(txn.digits) var(txn.took),length ${counts}`,
    // `concat` makes a text of the number, of which `bytes` takes characters.
    `http-response track-sc1 var(txn.took),concat(),bytes(0,2),concat(e,txn.digits) table ${LATENCY_TABLE} ${counts}`,
    `http-response sc-inc-gpc0(1) ${counts}`,
  ];
}

export function latencyTable(): string {
  return section(`backend ${LATENCY_TABLE} from base`, [`stick-table type string len 12 size ${SIZE} store gpc0`]);
}
