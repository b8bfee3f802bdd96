import type { Spec } from "../../spec/spec.ts";
import { securityHeaders } from "../edge/edge.ts";
import { quoted } from "./words.ts";

/** What an identifier of a request may look like to be kept: nothing that could be code anywhere. */
export const SANE_REQUEST_ID = "^[A-Za-z0-9._:-]{1,128}$";

/** Headers by which a visitor could claim to be somebody else. */
const CLAIMS: readonly string[] = ["Forwarded", "X-Real-IP", "X-Client-IP", "X-Original-URL", "X-Rewrite-URL", "Proxy"];

/** Gives every request an identifier, keeping a sane one, and echoes it with every answer, HAProxy's own included. */
export function requestIdRules(): string[] {
  const sane = `{ req.hdr_cnt(x-request-id) eq 1 } { req.fhdr(x-request-id) -m reg ${SANE_REQUEST_ID} }`;
  return [
    `http-request set-var(txn.id) req.fhdr(x-request-id) if ${sane}`,
    `http-request set-var(txn.id) uuid() unless ${sane}`,
    `http-request set-header X-Request-Id %[var(txn.id)]`,
    `http-after-response set-header X-Request-Id %[var(txn.id)]`,
  ];
}

/** Says who asks for what, and when. What the visitor said about that is removed first. */
export function forwardedRules(spec: Spec): string[] {
  return [
    `http-request del-header X-Forwarded- -m beg`,
    ...CLAIMS.map((name) => `http-request del-header ${name}`),
    `http-request set-header X-Forwarded-For %[src]`,
    `http-request set-header X-Forwarded-Proto ${spec.balancer.tls === false ? "http" : "https"}`,
    `http-request set-header X-Forwarded-Host %[req.hdr(host)]`,
    `http-request set-header X-Forwarded-Port %[dst_port]`,
    `http-request set-header X-Request-Start t=%[date(0,ms)]`,
  ];
}

export function securityRules(spec: Spec): string[] {
  return securityHeaders(spec).map(
    ([name, value]) => `http-after-response set-header ${name} ${quoted(value)} unless { res.hdr(${name}) -m found }`,
  );
}
