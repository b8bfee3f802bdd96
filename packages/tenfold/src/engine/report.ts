import type {
  FleetReport,
  HealthCheck,
  HealthReport,
  MemberReport,
  ReleaseReport,
  ReleasesReport,
  ScalingReport,
} from "@tenfold/protocol";
import { queueOf, workerOf } from "../fleet/data.ts";
import type { Member } from "../fleet/member.ts";
import type { Observation } from "../fleet/observation.ts";
import { APP_PORT } from "../fleet/ports.ts";
import type { Release } from "../fleet/release.ts";
import { isNearlyFull, type Space } from "../fleet/space.ts";
import type { MemberState } from "../fleet/state.ts";
import type { StoredState } from "../journal/state.ts";
import type { Spec } from "../spec/spec.ts";
import { formatBytes } from "../units/bytes.ts";
import type { Explained } from "./autoscaler.ts";
import type { Keeper } from "./keeper.ts";
import type { Members } from "./members.ts";
import type { Sampler } from "./sampler.ts";
import type { Store } from "./store.ts";
import type { UnreadQueue } from "./unread-queues.ts";

export interface ReportParts {
  readonly members: Members;
  readonly sampler: Sampler;
  readonly store: Store;
  readonly now: () => number;
}

function detailOf({ state, lastReason }: Pick<Keeper, "state" | "lastReason">, now: number): string | null {
  switch (state.state) {
    case "ready":
      return state.detail === "" ? null : state.detail;
    case "failed":
      return state.retryAt === null
        ? state.reason
        : `${state.reason}; next start in ${Math.max(0, Math.ceil((state.retryAt - now) / 1000))} s`;
    case "starting":
      return lastReason;
    case "draining":
    case "stopped":
      return null;
    default:
      return state satisfies never;
  }
}

/** `healthy` when every member is ready; `degraded` while visitors are served; else `down`. */
export function fleetState(
  members: readonly { readonly kind: string; readonly state: string }[],
): FleetReport["state"] {
  const wanted = members.filter(({ state }) => state !== "draining");
  if (wanted.length > 0 && wanted.every(({ state }) => state === "ready")) return "healthy";
  const has = (kind: string): boolean => members.some((member) => member.kind === kind && member.state === "ready");
  return has("web") && has("balancer") ? "degraded" : "down";
}

/** Where visitors go. */
export function appUrl(store: Store): string {
  const { spec, ports } = store.state;
  const host = spec.balancer.host === "0.0.0.0" || spec.balancer.host === "::" ? "127.0.0.1" : spec.balancer.host;
  const bracketed = host.includes(":") ? `[${host}]` : host;
  return `${spec.balancer.tls === false ? "http" : "https"}://${bracketed}:${ports[APP_PORT]}`;
}

/** Where figures and alerts are to be seen, on this machine only. */
function monitoringUrls(members: Members): Readonly<Record<string, string>> {
  const found = [...members.ofKind("prometheus"), ...members.ofKind("alertmanager")];
  return Object.fromEntries(found.map(({ kind, port }) => [kind, `http://127.0.0.1:${port}`]));
}

/** Members that shall run, then those that are leaving. */
function rows(members: Members): Member[] {
  const { surge } = members.fleet;
  const standsIn = ({ kind, index, name }: Member): boolean =>
    kind === "web" && surge.includes(index) && !members.isAlive(name);
  const wanted = members.fleet.members.filter((member) => !standsIn(member));
  const known = new Set(wanted.map(({ name }) => name));
  const leaving = [...members.keepers.values()].flatMap(({ name, running }) =>
    known.has(name) || running === null ? [] : (members.findLeaving(name) ?? []),
  );
  return [...wanted, ...leaving];
}

/** What it says itself; the queue of a worker, which is its own name once the file knows it no more. */
function roleOf(spec: Spec, member: Member, state: MemberState): string | null {
  if (state.state === "ready" && state.role !== null) return state.role;
  return member.kind === "worker" ? (queueOf(spec, member) ?? workerOf(member)) : null;
}

/** `ps`. */
export function reportFleet({ members, sampler, store, now }: ReportParts): FleetReport {
  const at = now();
  const running = new Map(
    [...members.keepers.values()].flatMap(({ name, running }) => (running === null ? [] : [[name, running] as const])),
  );
  const samples = sampler.sample(running);
  const connections = sampler.connections();
  const reports = rows(members).map((member): MemberReport => {
    const { name, kind, port } = member;
    const keeper = members.keeper(name);
    const { state } = keeper;
    const sample = samples.get(name);
    const isRunning = keeper.running !== null;
    return {
      name,
      kind,
      role: roleOf(store.state.spec, member, state),
      state: state.state,
      release: store.member(name)?.release ?? null,
      pid: keeper.running?.pid ?? null,
      port,
      uptimeSeconds: isRunning ? Math.max(0, Math.round((at - keeper.history.startedAt) / 100) / 10) : null,
      restarts: keeper.history.restarts,
      cpuPercent: sample?.cpuPercent ?? null,
      memoryBytes: sample?.memoryBytes ?? null,
      connections: isRunning && port !== null ? (connections.get(port) ?? 0) : null,
      detail: detailOf(keeper, at),
    };
  });
  return {
    version: 1,
    fleet: store.state.spec.name,
    state: fleetState(reports),
    release: store.state.release,
    urls: { app: appUrl(store), ...monitoringUrls(members) },
    members: reports,
  };
}

function standingOf({ number, failure }: Release, { release, web }: StoredState): ReleaseReport["state"] {
  if (number === release) return "current";
  if (number === web.canary?.release) return "canary";
  if (number === web.standby?.release) return "warm";
  return failure === null ? "kept" : "failed";
}

/** `releases`: those that are kept, the newest first. */
export function reportReleases(state: StoredState): ReleasesReport {
  const releases = [...state.releases].sort((a, b) => b.number - a.number);
  return {
    version: 1,
    fleet: state.spec.name,
    releases: releases.map((release) => ({
      release: release.number,
      state: standingOf(release, state),
      createdAt: new Date(release.createdAt).toISOString(),
      hash: release.hash,
      source: release.source.kind,
      revision: release.source.kind === "revision" ? release.source.revision : null,
      failure: release.failure,
    })),
  };
}

export interface HealthFacts {
  /** What does not agree in the data tier; `null` when all does. */
  readonly replication: string | null;
  /** What keeps backups from being made; `null` when nothing does. */
  readonly backups: string | null;
  readonly queues: readonly UnreadQueue[];
  /** Where the fleet's data is; `null` when it cannot be told. */
  readonly space: Space | null;
}

function checkSpace({ free, total }: Space): HealthCheck {
  const isFull = isNearlyFull({ free, total });
  const detail = `${formatBytes(free)} of ${formatBytes(total)} free`;
  return {
    name: "disk",
    status: isFull ? "failed" : "ok",
    detail: isFull ? `${detail}: free some space before the databases stop` : detail,
  };
}

/**
 * `health`: every member's last probe, whether the data tier agrees with itself, whether backups are made, whether queues
 * can be read, and whether there is space left.
 */
export function reportHealth(report: FleetReport, { replication, space, backups, queues }: HealthFacts): HealthReport {
  const checks = report.members.map(
    ({ name, state, detail, role }): HealthCheck => ({
      name,
      status: state === "ready" || state === "draining" ? "ok" : "failed",
      detail: detail ?? [state, role].filter(Boolean).join(", "),
    }),
  );
  if (replication !== null) checks.push({ name: "replication", status: "failed", detail: replication });
  if (backups !== null) checks.push({ name: "backups", status: "failed", detail: backups });
  for (const { worker, why } of queues)
    checks.push({ name: `queue.${worker}`, status: "failed", detail: `worker.${worker} stays as it is: ${why}` });
  if (space !== null && checks.length > 0) checks.push(checkSpace(space));
  const isWell = checks.every(({ status }) => status === "ok");
  return { version: 1, status: report.state === "healthy" && !isWell ? "degraded" : report.state, checks };
}

/** To a tenth of a millisecond: buckets are no finer. */
function tenths(millis: number): number {
  return Math.round(millis * 10) / 10;
}

/** How long answers took, where the balancer counts that. */
export function reportLatency(spec: Spec, latest: Observation | null): Pick<FleetReport, "latency"> {
  if (spec.balancer.engine !== "haproxy") return {};
  const latency = latest?.latency ?? null;
  if (latency === null) return { latency };
  const { answers, seconds, p50, p95, p99 } = latency;
  return {
    latency: { answers, seconds, p50Millis: tenths(p50), p95Millis: tenths(p95), p99Millis: tenths(p99) },
  };
}

/** Why numbers that move by themselves are what they are. */
export function reportScaling(explained: readonly Explained[]): ScalingReport[] {
  return explained.map(({ group, at, count, decision, isDryRun, waits, text }) => {
    const { from = count, target = count, why = null, held = null, bound = null } = decision ?? {};
    const until = why?.kind === "override" && why.until !== null ? new Date(why.until).toISOString() : null;
    return {
      group,
      at: new Date(at).toISOString(),
      from,
      target,
      why: text,
      by: why?.kind ?? null,
      figures: why !== null && "figures" in why ? { ...why.figures } : null,
      held,
      bound,
      until,
      dryRun: isDryRun,
      waits:
        waits === null
          ? null
          : { operation: waits.operation, since: waits.since === null ? null : new Date(waits.since).toISOString() },
    };
  });
}
