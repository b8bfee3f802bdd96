import { localRedis } from "../local.ts";
import { formatPath, type Path } from "../path.ts";
import type { Rule, RuleFinding } from "../rule.ts";
import type { Instances } from "../scalars.ts";
import type { Spec } from "../spec.ts";
import type { QueueSource } from "./queue-source.ts";
import { formatRule, METRICS, type Metric, type Rule as Threshold } from "./rule.ts";
import { formatSchedule, type Schedule } from "./schedule.ts";

const OF_WORKERS: readonly Metric[] = ["queue", "age"];

type Tier = "web" | "workers";

/** What has a number that may move by itself, and what rules of it can be about. */
const TIERS: Readonly<Record<Tier, { readonly what: string; readonly metrics: readonly Metric[] }>> = {
  web: { what: "the web tier", metrics: (Object.keys(METRICS) as Metric[]).filter((metric) => metric !== "age") },
  workers: { what: "a worker", metrics: OF_WORKERS },
};

/** Why a rule about a metric would never apply; `undefined`: it can. */
export function unmeasured(metric: Metric, tier: Tier): string | undefined {
  const { what, metrics } = TIERS[tier];
  if (metrics.includes(metric)) return undefined;
  return `${what} has no ${metric}: its rules are about ${metrics.join(", ")}`;
}

/** Libraries that do not tell when a job was put in. */
const AGELESS: readonly string[] = ["celery", "list"];

/** One of them, with its place in the file. */
interface Group {
  readonly path: Path;
  readonly tier: Tier;
  readonly instances: Instances;
  readonly rules: readonly Threshold[];
  readonly schedules: readonly Schedule[];
}

function groupsOf({ web, workers }: Spec): Group[] {
  return [
    { path: ["web"], tier: "web", instances: web.instances, ...web.scale },
    ...Object.entries(workers).map(([name, { instances, scale }]) => ({
      path: ["workers", name],
      ...{ tier: "workers" as const, instances },
      ...scale,
    })),
  ];
}

function eachRule(group: Group, find: (rule: Threshold) => string | undefined, others: readonly Path[]): RuleFinding[] {
  return group.rules.flatMap((rule, at) => {
    const found = find(rule);
    const path = [...group.path, "scale", "rules", at];
    return found === undefined ? [] : [{ path, message: `is ${formatRule(rule)}; ${found}`, others }];
  });
}

/** A rule about what nobody measures would never apply. */
export const metricsExist: Rule = (spec) =>
  groupsOf(spec).flatMap((group) => eachRule(group, ({ metric }) => unmeasured(metric, group.tier), []));

export const memoryHasALimit: Rule = (spec) => {
  if (spec.web.memory !== false) return [];
  const [web] = groupsOf(spec);
  const find = ({ metric }: Threshold): string | undefined =>
    metric === "memory"
      ? "that is a share of web.memory, which says nothing; write for example memory: 512mb"
      : undefined;
  return web === undefined ? [] : eachRule(web, find, [["web", "memory"]]);
};

function tellsAge(source: QueueSource): boolean {
  switch (source.kind) {
    case "library":
      return !AGELESS.includes(source.library);
    case "command":
      return true;
    case "prometheus":
      return source.oldest !== null;
    default:
      return source satisfies never;
  }
}

export const queuesAreKnown: Rule = (spec) =>
  groupsOf(spec).flatMap((group) => {
    const [, name] = group.path;
    if (name === undefined) return [];
    const scale = [...group.path, "scale"];
    const at = formatPath(scale);
    const source = spec.workers[name]?.scale.source ?? null;
    const keys = ["library", "command", "prometheus"].map((key) => [...scale, key]);
    return eachRule(
      group,
      ({ metric }) => {
        if (!OF_WORKERS.includes(metric)) return undefined;
        if (source === null)
          return `nobody tells how long the queue is: name its library in ${at}.library (or a command, or prometheus)`;
        if (metric !== "age" || tellsAge(source)) return undefined;
        return source.kind === "prometheus"
          ? `nobody tells the age of the oldest job: give the query ${at}.prometheus.oldest`
          : `${at}.library, ${source.kind === "library" ? source.library : ""}, does not tell the age of jobs; write a rule about queue`;
      },
      keys,
    );
  });

/** Queues are read where Tenfold runs what keeps them, or where a URL says. */
export const queuesAreInReach: Rule = (spec) =>
  Object.entries(spec.workers).flatMap(
    ([
      name,
      {
        scale: { source },
      },
    ]): RuleFinding[] => {
      const path = ["workers", name, "scale"];
      if (source?.kind === "library" && localRedis(spec) === null) {
        const instead =
          spec.redis === false ? "write redis: true, or give a command" : "give a command or prometheus instead";
        const found = spec.redis === false ? "there is no redis" : "redis is one that somebody else runs";
        const message = `is ${source.library}, whose queue is looked for in the fleet's own Redis, and ${found}; ${instead}`;
        return [{ path: [...path, "library"], message, others: [["redis"]] }];
      }
      if (source?.kind === "prometheus" && source.url === null && spec.monitoring === false) {
        const message =
          "is missing, and the fleet runs no Prometheus of its own; give a URL, or write monitoring: true";
        return [{ path: [...path, "prometheus", "url"], message, others: [["monitoring"]] }];
      }
      return [];
    },
  );

/** Who wants five at noon must allow five. A schedule may go below the lowest number. */
export const schedulesFitBounds: Rule = (spec) =>
  groupsOf(spec).flatMap((group) => {
    const { min, max } = group.instances;
    const at = [...group.path, "instances", "max"];
    if (min >= max) return [];
    return group.schedules.flatMap((schedule, index) => {
      const path = [...group.path, "scale", "schedules", index];
      const high = Math.max(schedule.min ?? 0, schedule.max ?? 0);
      if (high > max) {
        const message = `is ${formatSchedule(schedule)}; ${formatPath(at)} is ${max}: make that ${high} or more, or this ${max} or less`;
        return [{ path, message, others: [at] }];
      }
      if (group.path[0] !== "web" || (schedule.min !== 0 && schedule.max !== 0)) return [];
      return [{ path, message: `is ${formatSchedule(schedule)}; the web tier has at least one instance` }];
    });
  });

/** The free edition of nginx counts nothing for an instance. */
export const nginxMovesByNoRule: Rule = ({ web, balancer }) =>
  balancer.engine === "nginx" && web.scale.rules.length > 0
    ? [
        {
          path: ["web", "scale", "rules"],
          message:
            "would never apply: nginx counts no requests of an instance; make balancer.engine haproxy, or take them away",
          others: [["balancer", "engine"]],
        },
      ]
    : [];
