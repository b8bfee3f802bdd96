import { backupsHaveAPlace } from "./backups/rules.ts";
import { nginxCanCount } from "./balancer/rules.ts";
import type { Path } from "./path.ts";
import { databaseIsFree, poolFitsClients, poolFitsServer, settingsAreFree } from "./postgres/rules.ts";
import { cacheIsOne, sentinelsDecide } from "./redis/rules.ts";
import type { Rule } from "./rule.ts";
import type { Instances } from "./scalars.ts";
import {
  memoryHasALimit,
  metricsExist,
  nginxMovesByNoRule,
  queuesAreInReach,
  queuesAreKnown,
  schedulesFitBounds,
} from "./scaling/rules.ts";
import type { Spec } from "./spec.ts";

/** Every place that says how many processes run. */
function instancesOf(spec: Spec): (readonly [Path, Instances])[] {
  const workers = Object.entries(spec.workers);
  return [
    [["web", "instances"], spec.web.instances],
    ...workers.map(([name, worker]) => [["workers", name, "instances"], worker.instances] as const),
  ];
}

const instancesAreInOrder: Rule = (spec) =>
  instancesOf(spec).flatMap(([path, { min, max }]) => {
    if (min <= max) return [];
    const message = `is ${max}, below min, which is ${min}; make max ${min} or more, or min ${max} or less`;
    return [{ path: [...path, "max"], message, others: [[...path, "min"]] }];
  });

const portIsChosen: Rule = (spec) =>
  [["env", spec.env] as const, ["web", spec.web.env] as const].flatMap(([place, env]) => {
    if (!Object.hasOwn(env, "PORT")) return [];
    const path = place === "env" ? ["env", "PORT"] : ["web", "env", "PORT"];
    const message =
      "must not be set: every instance gets a port of its own; balancer.port is the one that visitors use";
    return [{ path, message }];
  });

const healthFitsStart: Rule = ({ web: { health } }) =>
  health.start >= health.interval
    ? []
    : [
        {
          path: ["web", "health", "start"],
          message: "is shorter than web.health.interval, so that no check happens in it; make it longer",
          others: [["web", "health", "interval"]],
        },
      ];

const userIsUnprivileged: Rule = (spec) =>
  spec.user === "root" && spec.postgres !== false && spec.postgres.kind === "local"
    ? [
        {
          path: ["user"],
          message: "is root, as which PostgreSQL refuses to run; name another user, or leave the key away",
          others: [["postgres"]],
        },
      ]
    : [];

/** What must hold between fields; what must hold within one is in its schema. */
export const RULES: readonly Rule[] = [
  instancesAreInOrder,
  portIsChosen,
  healthFitsStart,
  userIsUnprivileged,
  nginxCanCount,
  sentinelsDecide,
  cacheIsOne,
  databaseIsFree,
  settingsAreFree,
  poolFitsServer,
  poolFitsClients,
  backupsHaveAPlace,
  metricsExist,
  memoryHasALimit,
  queuesAreKnown,
  queuesAreInReach,
  schedulesFitBounds,
  nginxMovesByNoRule,
];
