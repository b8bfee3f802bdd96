import type { Bytes } from "../../units/bytes.ts";

/** A little less than what HAProxy can hold of a body: its buffer of 16 kB, without the part that is kept for headers. */
const HELD = 14_000;

/**
 * Refuses bodies that are too large. HAProxy cannot count a body that passes by, so one that does not say its length is
 * held until it is complete, and refused with 411 when it does not fit into the buffer.
 */
export function bodyLimitRules(limit: Bytes): string[] {
  // HTTP/2 bodies have no Transfer-Encoding; for a request without a body the wait is over at once.
  const silent = "!{ req.hdr(content-length) -m found }";
  return [
    `http-request return status 413 content-type text/plain string "The request body is larger than ${limit} bytes.\\n" if { req.body_size gt ${limit} }`,
    `http-request wait-for-body time 10s at-least ${HELD} if ${silent}`,
    `http-request return status 411 content-type text/plain string "Say the length of the request body (Content-Length).\\n" if ${silent} { req.body_size ge ${HELD} }`,
    `http-request return status 413 content-type text/plain string "The request body is larger than ${limit} bytes.\\n" if { req.body_size gt ${limit} }`,
  ];
}
