import { createHash, randomBytes } from "node:crypto";
import { Fault } from "../fault/fault.ts";
import { type Counts, initialCounts } from "../fleet/counts.ts";
import { initialTopology } from "../fleet/fleet.ts";
import type { Paths } from "../fleet/paths.ts";
import { applicationOf, canonical, type Release } from "../fleet/release.ts";
import type { Topology } from "../fleet/state.ts";
import { firstSets, resize } from "../fleet/web-sets.ts";
import type { StoredOverride, StoredState } from "../journal/state.ts";
import type { Instances } from "../spec/scalars.ts";
import { movesByItself } from "../spec/scaling/unmoved.ts";
import type { Spec } from "../spec/spec.ts";
import { nearest } from "../units/nearest.ts";

/** What `up` is asked for. */
export interface UpRequest {
  readonly spec: Spec;
  /** Absolute. */
  readonly directory: string;
  /** Variables of `.env` and those that the file refers to. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that a process needs to work at all (PATH, HOME, LANG, TZ); they make no release. */
  readonly inherited: Readonly<Record<string, string>>;
  /** `up N`. */
  readonly web: number | null;
}

function hashOf(request: UpRequest): string {
  const text = canonical([applicationOf(request.spec), request.directory, request.environment]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** A number that is fixed anew is that number; one that runs already stays within new bounds. */
function countWithin(was: Instances | undefined, is: Instances, now: number | undefined): number {
  const isSame = was?.min === is.min && was.max === is.max;
  if (is.min === is.max) return isSame ? (now ?? is.min) : is.min;
  return Math.min(is.max, Math.max(is.min, now ?? is.min));
}

/** Numbers set by hand of those groups that still move by themselves. */
function overridesFor(spec: Spec, previous: StoredState | null): Readonly<Record<string, StoredOverride>> {
  return Object.fromEntries(Object.entries(previous?.overrides ?? {}).filter(([group]) => isMoved(spec, group)));
}

/** Whether the engine itself moves this number. */
export function isMoved({ web, workers }: Spec, group: string): boolean {
  const instances = group === "web" ? web.instances : workers[group.slice("worker.".length)]?.instances;
  return instances !== undefined && instances.min < instances.max;
}

/** The groups whose number moves by itself: it has bounds, and something to go by. */
export function movedGroups(spec: Spec): string[] {
  const workers = Object.entries(spec.workers).filter(([, worker]) => movesByItself(worker));
  return [...(isMoved(spec, "web") ? ["web"] : []), ...workers.map(([name]) => `worker.${name}`)];
}

/** A number that `scale` changed stays, unless the file's own number has changed since. */
function countsFor(request: UpRequest, previous: StoredState | null): Counts {
  const written = initialCounts(request.spec);
  const web = request.web ?? undefined;
  if (previous === null) return { ...written, web: web ?? written.web };
  const before = initialCounts(previous.spec);
  const kept = previous.counts;
  const choose = (was: number, is: number, now: number): number => (was === is ? now : is);
  return {
    web: web ?? countWithin(previous.spec.web.instances, request.spec.web.instances, kept.web),
    workers: Object.fromEntries(
      Object.entries(request.spec.workers).map(([name, { instances }]) => [
        name,
        countWithin(previous.spec.workers[name]?.instances, instances, kept.workers[name]),
      ]),
    ),
    postgresReplicas: choose(before.postgresReplicas, written.postgresReplicas, kept.postgresReplicas),
    redisReplicas: choose(before.redisReplicas, written.redisReplicas, kept.redisReplicas),
  };
}

/** Leaders that the new file still has; first ones for services that it brings. */
function topologyFor(spec: Spec, previous: StoredState | null): Topology {
  const fresh = initialTopology(spec);
  if (previous === null) return fresh;
  const { postgresPrimary, redisMaster, serving, canary, postgresReadable, postgresVoters, postgresAlone } =
    previous.topology;
  // A database that the file brings anew starts like a new one.
  const isKept = fresh.postgresPrimary !== null && postgresPrimary !== null;
  return {
    postgresPrimary: fresh.postgresPrimary === null ? null : (postgresPrimary ?? fresh.postgresPrimary),
    redisMaster: fresh.redisMaster === null ? null : (redisMaster ?? fresh.redisMaster),
    serving,
    canary,
    postgresReadable: isKept ? postgresReadable : [],
    postgresVoters: isKept ? postgresVoters : fresh.postgresVoters,
    postgresAlone: isKept && postgresAlone,
  };
}

/** Whether the file says something of the application that only a deploy brings about. */
export function needsDeploy(request: UpRequest, { releases, release }: StoredState): boolean {
  const current = releases.find(({ number }) => number === release);
  if (current === undefined || current.source.kind === "in-place") return false;
  return canonical(applicationOf(request.spec)) !== canonical(current.application);
}

/** The state towards which `up` goes. A change of the application, or of its variables, is a new release. Ports are chosen after. */
export function intendUp(
  request: UpRequest,
  previous: StoredState | null,
  context: { readonly now: number; readonly paths: Paths; readonly bootId: string },
): StoredState {
  const hash = hashOf(request);
  const current = previous?.releases.find(({ number }) => number === previous.release);
  // A release that was deployed has code of its own: only a deploy replaces it.
  const isSame = current !== undefined && (current.hash === hash || current.source.kind !== "in-place");
  const number = isSame
    ? current.number
    : Math.max(0, ...(previous?.releases ?? []).map((release) => release.number)) + 1;
  const release: Release = {
    number,
    directory: request.directory,
    hash,
    createdAt: context.now,
    released: request.spec.release === false,
    application: applicationOf(request.spec),
    source: { kind: "in-place" },
    replaces: previous?.release ?? null,
    failure: null,
  };
  const counts = countsFor(request, previous);
  const releases = isSame ? (previous?.releases ?? []) : [...(previous?.releases ?? []).slice(-4), release];
  return {
    id: previous?.id ?? randomBytes(16).toString("hex"),
    wanted: "running",
    spec: request.spec,
    counts,
    web: previous === null ? firstSets(counts.web) : resize(previous.web, counts.web),
    deploy: previous?.deploy ?? null,
    releases,
    release: number,
    topology: topologyFor(request.spec, previous),
    ports: previous?.ports ?? {},
    paths: previous?.paths ?? context.paths,
    bootId: context.bootId,
    members: previous?.members ?? [],
    overrides: overridesFor(request.spec, previous),
  };
}

/** A number, or a difference: `5`, `+2`, `-1`. */
export interface ScaleChange {
  /** `web`, `worker.reports`, `postgres.replicas`, `redis.replicas`. */
  readonly group: string;
  /** `auto`: the engine moves it again; the number stays until then. */
  readonly by: "to" | "by" | "auto";
  readonly count: number;
}

function refuse(message: string, hint: string): never {
  throw new Fault("TF_ARGUMENT", message, { hint });
}

function within(group: string, value: number, low: number, high: number): number {
  if (value >= low && value <= high) return value;
  return refuse(`${group} cannot be ${value}`, `it can be from ${low} to ${high}`);
}

/** The counts after `scale`. Faults: TF_MEMBER_UNKNOWN naming the nearest group, TF_ARGUMENT for a count out of bounds. */
export function intendScale(state: StoredState, changes: readonly ScaleChange[]): Counts {
  const { spec } = state;
  let counts = state.counts;
  for (const { group, by, count } of changes) {
    const next = (now: number): number => (by === "to" ? count : by === "by" ? now + count : now);
    const worker = group.startsWith("worker.") ? group.slice("worker.".length) : undefined;
    if (group === "web") {
      const { min, max } = spec.web.instances;
      counts = { ...counts, web: within(group, next(counts.web), min === max ? 1 : min, min === max ? 1000 : max) };
    } else if (worker !== undefined && spec.workers[worker] !== undefined) {
      const { min, max } = spec.workers[worker].instances;
      const value = within(group, next(counts.workers[worker] ?? 0), min === max ? 0 : min, min === max ? 1000 : max);
      counts = { ...counts, workers: { ...counts.workers, [worker]: value } };
    } else if (group === "postgres.replicas" && spec.postgres !== false && spec.postgres.kind === "local") {
      counts = { ...counts, postgresReplicas: within(group, next(counts.postgresReplicas), 0, 8) };
    } else if (group === "redis.replicas" && spec.redis !== false && spec.redis.kind === "local") {
      counts = { ...counts, redisReplicas: within(group, next(counts.redisReplicas), 0, 8) };
    } else {
      const known = scalableGroups(spec);
      const near = nearest(group, known);
      throw new Fault(
        "TF_MEMBER_UNKNOWN",
        `nothing called ${group} can be scaled${near === undefined ? "" : `; did you mean ${near}?`}`,
        {
          hint: `this fleet has ${known.join(", ")}`,
        },
      );
    }
  }
  return counts;
}

/** What `scale` takes for this file. */
export function scalableGroups(spec: Spec): string[] {
  const local = (service: Spec["postgres"] | Spec["redis"]): boolean => service !== false && service.kind === "local";
  return [
    "web",
    ...Object.keys(spec.workers).map((name) => `worker.${name}`),
    ...(local(spec.postgres) ? ["postgres.replicas"] : []),
    ...(local(spec.redis) ? ["redis.replicas"] : []),
  ];
}
