import { membersOf } from "../../fleet/data.ts";
import { edgeOf, type Fleet, frontOf, hasFront, portFor, routerOf } from "../../fleet/fleet.ts";
import type { Member, MemberKind, MemberName } from "../../fleet/member.ts";
import { configFile, type Paths } from "../../fleet/paths.ts";
import { memberPort } from "../../fleet/ports.ts";
import type { Spec } from "../../spec/spec.ts";
import { type Millis, millis } from "../../units/millis.ts";
import type { Port } from "../../units/port.ts";

/** What a balancer answers itself, on the port of the visitors, to those who ask from this machine. */
export const PROBE_PATH = "/.tenfold/probe";

/** The port that a slot has while it has no instance. Nobody listens there, and nothing is sent to it. */
export const NO_PORT = 1;

/** A server that a balancer may send something to. */
export interface Target {
  readonly name: MemberName;
  /** From 1, within its group: also the number of its slot. */
  readonly index: number;
  readonly port: Port;
}

/** The text by which a probe knows that it has reached this very balancer. */
export function probeAnswer(fleet: Fleet, member: Member): string {
  return `tenfold ${fleet.spec.name} ${member.name}`;
}

/** Whether this balancer carries the visitors' requests. */
export function isEdge(member: Member): boolean {
  return member.name === edgeOf();
}

/** Whether this balancer is nginx: the edge or the router. The TCP fronts are HAProxy's in any case. */
export function isNginx({ spec }: Fleet, member: Member): boolean {
  return spec.balancer.engine === "nginx" && (isEdge(member) || member.name === routerOf(spec));
}

/** Whether this balancer carries the TCP fronts of the data tier. */
export function isFront(fleet: Fleet, member: Member): boolean {
  return hasFront(fleet.spec) && member.name === frontOf(fleet.spec);
}

/** Cookies know no ports, so that two fleets on one machine need two names. */
export function cookieName(spec: Spec): string {
  return `tenfold_${spec.name.replaceAll("-", "_")}`;
}

/** The certificate, its chain and its key in one file, which `prepare` makes. */
export function tlsFile(paths: Paths, member: Member): string {
  return configFile(paths, `${member.name}.tls.pem`);
}

/** The number in `web-12`. A name without one is a bug. */
function indexOf(name: MemberName): number {
  const index = Number(/-(\d+)$/.exec(name)?.[1]);
  if (!Number.isInteger(index) || index < 1) throw new Error(`${name} has no number`);
  return index;
}

/** Members as targets, in the order of their numbers. */
export function targets(fleet: Fleet, names: readonly MemberName[]): Target[] {
  return [...new Set(names)]
    .map((name) => ({ name, index: indexOf(name), port: portFor(fleet.ports, memberPort(name)) }))
    .sort((a, b) => a.index - b.index);
}

/** The web instances that get requests. */
export function servingTargets(fleet: Fleet): Target[] {
  return targets(fleet, fleet.topology.serving);
}

/**
 * Instances that fail their health check get no requests, unless that would leave less than half of those that are
 * attached: then the check is probably what is wrong, or the rest would break under the load, and all get some.
 */
export function sendingTo(serving: readonly Target[], unwell: readonly MemberName[]): readonly Target[] {
  const well = serving.filter(({ name }) => !unwell.includes(name));
  return well.length * 2 < serving.length ? serving : well;
}

/** All members of a kind. */
export function targetsOf(fleet: Fleet, kind: MemberKind): Target[] {
  return targets(
    fleet,
    membersOf(fleet, kind).map(({ name }) => name),
  );
}

/**
 * How long the processes of a configuration that was replaced may go on with what they carry. A reload is no reason to
 * close a WebSocket, so this is far longer than a drain, which ends by its own deadline.
 */
export function formerLifetime(spec: Spec): Millis {
  return millis(Math.max(spec.web.drain, spec.balancer.timeouts.websocket));
}

/** An address for a `bind` or `listen` line: IPv6 needs brackets. */
export function hostForUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Types of answers that compress well. Event streams are not among them: a compressor would hold them back. */
export const COMPRESSIBLE: readonly string[] = [
  "text/html",
  "text/plain",
  "text/css",
  "text/csv",
  "text/xml",
  "text/javascript",
  "application/javascript",
  "application/json",
  "application/ld+json",
  "application/manifest+json",
  "application/problem+json",
  "application/xml",
  "application/rss+xml",
  "application/atom+xml",
  "application/xhtml+xml",
  "application/wasm",
  "image/svg+xml",
  "font/ttf",
  "font/otf",
];

/** Headers that a browser should see, where the application sets none. */
export function securityHeaders(spec: Spec): readonly (readonly [name: string, value: string])[] {
  if (!spec.balancer.securityHeaders) return [];
  const always = [
    ["X-Content-Type-Options", "nosniff"],
    ["X-Frame-Options", "SAMEORIGIN"],
    ["Referrer-Policy", "strict-origin-when-cross-origin"],
  ] as const;
  // Never with a self-signed certificate: a browser would insist on TLS for every port of `localhost` for a year.
  const trusted = typeof spec.balancer.tls === "object";
  return trusted ? [...always, ["Strict-Transport-Security", "max-age=31536000"]] : always;
}
