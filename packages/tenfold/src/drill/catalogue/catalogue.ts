import type { MemberKind } from "../../fleet/member.ts";
import type { Role } from "../../fleet/state.ts";
import { type Millis, seconds } from "../../units/millis.ts";
import type { Act, Drill, Whom } from "./drill.ts";
import type { Measure, Pledge } from "./pledge.ts";

const SOME_TIME: Millis = seconds(3);

function none(...measures: readonly Measure[]): Pledge[] {
  return measures.map((measure) => ({ measure, atMost: 0 }));
}

/** Holds whatever happens. */
const ALWAYS: readonly Pledge[] = [
  ...none("lostWrites", "doubledWrites", "unexpectedWrites", "anomalies", "wrongSums", "breaches", "doubledSessions"),
  { measure: "timeToWhole", atMost: 60_000 },
];
/** Redis replicates without waiting: what its master alone had may be lost when that is struck. */
const NOTHING_OF_REDIS_LOST: readonly Pledge[] = none("lostSessions", "lostJobs");
const NO_QUERY_FAILS: readonly Pledge[] = none("failedQueries", "unknownQueries");
/** Nobody notices. */
const UNNOTICED: readonly Pledge[] = [
  ...ALWAYS,
  ...NOTHING_OF_REDIS_LOST,
  ...NO_QUERY_FAILS,
  ...none("failedRequests", "failedCommands", "unknownCommands"),
];
/** Visitors get their pages, whatever the pages then find. */
const SERVED: readonly Pledge[] = [...ALWAYS, ...none("failedRequests")];

function who(kind: Whom["kind"], role: Role | null = null, count = 1): Whom {
  return { kind, role, count };
}

const WHOLE: Act = { act: "await", what: "whole" };

interface Strikable {
  readonly name: string;
  readonly title: string;
  readonly whom: readonly Whom[];
  readonly killed: readonly Pledge[];
  readonly frozen: readonly Pledge[];
}

function outage(measure: Measure, atMost: number, target?: number): Pledge {
  return target === undefined ? { measure, atMost } : { measure, atMost, target };
}

function member(kind: MemberKind, title: string, killed: readonly Pledge[], frozen = killed): Strikable {
  return { name: kind, title, whom: [who(kind)], killed, frozen };
}

const PRIMARY = who("postgres", "primary");
const MASTER = who("redis", "master");

const STRIKABLE: readonly Strikable[] = [
  member("web", "a web instance", UNNOTICED),
  member("worker", "a worker", UNNOTICED),
  member("scheduler", "the scheduler", UNNOTICED),
  member(
    "balancer",
    "the balancer",
    [...ALWAYS, outage("requestOutage", 5_000)],
    [...ALWAYS, outage("requestOutage", 10_000)],
  ),
  member(
    "pooler",
    "the connection pooler",
    [...SERVED, ...NOTHING_OF_REDIS_LOST, outage("writeOutage", 5_000)],
    [...SERVED, ...NOTHING_OF_REDIS_LOST, outage("writeOutage", 10_000)],
  ),
  {
    name: "postgres-primary",
    title: "the PostgreSQL primary",
    whom: [PRIMARY],
    killed: [...SERVED, ...NOTHING_OF_REDIS_LOST, outage("writeOutage", 5_000, 300)],
    frozen: [...SERVED, ...NOTHING_OF_REDIS_LOST, outage("writeOutage", 10_000, 2_000)],
  },
  {
    name: "postgres-replica",
    title: "a PostgreSQL replica",
    whom: [who("postgres", "replica")],
    killed: [...SERVED, ...NOTHING_OF_REDIS_LOST, outage("writeOutage", 2_000)],
    frozen: [...SERVED, ...NOTHING_OF_REDIS_LOST, outage("writeOutage", 2_000)],
  },
  {
    name: "postgres-replicas",
    title: "both PostgreSQL replicas",
    whom: [who("postgres", "replica", 2)],
    killed: [...SERVED, ...NOTHING_OF_REDIS_LOST, outage("writeOutage", 10_000)],
    frozen: [...SERVED, ...NOTHING_OF_REDIS_LOST, outage("writeOutage", 20_000)],
  },
  {
    name: "redis-master",
    title: "the Redis master",
    whom: [MASTER],
    killed: [...SERVED, outage("commandOutage", 5_000, 500)],
    frozen: [...SERVED, outage("commandOutage", 10_000, 2_000)],
  },
  {
    name: "redis-replica",
    title: "a Redis replica",
    whom: [who("redis", "replica")],
    killed: UNNOTICED,
    frozen: UNNOTICED,
  },
  member("sentinel", "a Sentinel", UNNOTICED),
  { name: "sentinels", title: "two Sentinels", whom: [who("sentinel", null, 2)], killed: UNNOTICED, frozen: UNNOTICED },
  member("cache", "the cache", [
    ...SERVED,
    ...NOTHING_OF_REDIS_LOST,
    ...NO_QUERY_FAILS,
    ...none("failedCommands", "unknownCommands"),
  ]),
];

function strikes({ name, title, whom, killed, frozen }: Strikable): Drill[] {
  const are = whom.some(({ count }) => count > 1) ? "are" : "is";
  return [
    {
      name: `${name}-killed`,
      summary: `${title} ${are} killed`,
      acts: [strike("kill", ...whom), WHOLE],
      pledges: killed,
    },
    {
      name: `${name}-frozen`,
      summary: `${title} ${are} frozen: alive, connected, silent`,
      acts: [strike("freeze", ...whom), WHOLE],
      pledges: frozen,
    },
  ];
}

function strike(how: "kill" | "freeze", ...whom: readonly Whom[]): Act {
  return { act: "strike", how, whom };
}

function pair(name: string, summary: string, whom: readonly Whom[], pledges: readonly Pledge[]): Drill {
  return { name, summary: `${summary} are killed at once`, acts: [strike("kill", ...whom), WHOLE], pledges };
}

const BOTH_TIERS: readonly Pledge[] = [...SERVED, outage("writeOutage", 10_000), outage("commandOutage", 10_000)];
const NO_FRONT: readonly Pledge[] = [...ALWAYS, outage("requestOutage", 10_000), outage("writeOutage", 10_000)];
/**
 * A front can only cut who is connected to a former Redis master. A command that was under way is cut without an answer,
 * and was not executed; client libraries send it again.
 */
const REDIS_SWITCHED: readonly Pledge[] = [
  ...ALWAYS,
  ...NOTHING_OF_REDIS_LOST,
  ...NO_QUERY_FAILS,
  ...none("failedRequests", "failedCommands"),
  outage("commandOutage", 5_000, 1_000),
];

/** Every drill that there is. */
export const DRILLS: readonly Drill[] = [
  ...STRIKABLE.flatMap(strikes),
  {
    name: "engine-killed",
    summary: "the engine is killed, and nobody notices",
    acts: [strike("kill", who("engine")), { act: "pass", time: SOME_TIME }, WHOLE],
    pledges: UNNOTICED,
  },
  {
    name: "engine-frozen",
    summary: "the engine is frozen for 3 s, and nobody notices",
    acts: [strike("freeze", who("engine")), { act: "pass", time: SOME_TIME }, { act: "thaw" }, WHOLE],
    pledges: UNNOTICED,
  },
  pair(
    "primary-and-replica-killed",
    "the PostgreSQL primary and a replica",
    [PRIMARY, who("postgres", "replica")],
    [...SERVED, outage("writeOutage", 20_000)],
  ),
  pair(
    "primary-and-pooler-killed",
    "the PostgreSQL primary and the pooler",
    [PRIMARY, who("pooler")],
    [...SERVED, outage("writeOutage", 10_000)],
  ),
  pair("primary-and-master-killed", "the PostgreSQL primary and the Redis master", [PRIMARY, MASTER], BOTH_TIERS),
  pair("primary-and-balancer-killed", "the PostgreSQL primary and the balancer", [PRIMARY, who("balancer")], NO_FRONT),
  pair(
    "master-and-sentinel-killed",
    "the Redis master and a Sentinel",
    [MASTER, who("sentinel")],
    [...SERVED, outage("commandOutage", 10_000)],
  ),
  pair("web-and-worker-killed", "a web instance and a worker", [who("web"), who("worker")], UNNOTICED),
  {
    name: "primary-and-engine-killed",
    summary: "the engine and the PostgreSQL primary are killed at once; who comes back repairs",
    acts: [strike("kill", who("engine"), PRIMARY), { act: "pass", time: SOME_TIME }, WHOLE],
    // Nobody is there to repair until the time has passed.
    pledges: [...SERVED, outage("writeOutage", 20_000)],
  },
  {
    name: "primary-returns",
    summary: "the primary is killed; as soon as the former one is back, the new one is killed",
    acts: [strike("kill", PRIMARY), { act: "await", what: "back" }, strike("kill", PRIMARY), WHOLE],
    pledges: [...SERVED, ...NOTHING_OF_REDIS_LOST, outage("writeOutage", 10_000)],
  },
  {
    name: "stale-replica",
    summary:
      "a replica is frozen and falls behind; the primary and the other replica are killed; the stale one goes on",
    acts: [
      strike("freeze", who("postgres", "replica")),
      { act: "pass", time: seconds(1) },
      strike("kill", PRIMARY, who("postgres", "replica")),
      { act: "thaw" },
      WHOLE,
    ],
    pledges: [...SERVED, ...NOTHING_OF_REDIS_LOST, outage("writeOutage", 20_000)],
  },
  {
    name: "deploy",
    summary: "the directory is deployed as it is, instance after instance, and rolled back",
    acts: [{ act: "order", order: "deploy", strategy: "rolling" }, { act: "order", order: "rollback" }, WHOLE],
    pledges: UNNOTICED,
  },
  {
    name: "deploy-blue-green",
    summary: "the directory is deployed as it is, with one switch, and rolled back",
    acts: [{ act: "order", order: "deploy", strategy: "blue-green" }, { act: "order", order: "rollback" }, WHOLE],
    pledges: UNNOTICED,
  },
  {
    name: "scale",
    summary: "3, then 10, then 2 web instances, then as many as before",
    acts: [
      ...[3, 10, 2].map((web): Act => ({ act: "order", order: "scale", web })),
      { act: "order", order: "scale", web: "asBefore" },
      WHOLE,
    ],
    pledges: UNNOTICED,
  },
  {
    name: "restart",
    summary: "everything is restarted, as planned",
    acts: [{ act: "order", order: "restart", names: [] }, WHOLE],
    pledges: [...REDIS_SWITCHED, outage("writeOutage", 5_000, 1_000)],
  },
  {
    name: "failover-postgres",
    summary: "another server becomes the PostgreSQL primary, as planned",
    acts: [{ act: "order", order: "failover", service: "postgres" }, WHOLE],
    pledges: [...UNNOTICED, outage("writeOutage", 5_000, 1_000)],
  },
  {
    name: "failover-redis",
    summary: "another server becomes the Redis master, as planned",
    acts: [{ act: "order", order: "failover", service: "redis" }, WHOLE],
    pledges: REDIS_SWITCHED,
  },
  {
    name: "balancer-reload",
    summary: "the balancer takes its configuration anew, in a new process",
    acts: [{ act: "order", order: "restart", names: ["balancer"] }, WHOLE],
    pledges: UNNOTICED,
  },
];
