import type { Spec } from "../spec/spec.ts";

const MOST_READ_URLS = 8;

const always = (): boolean => true;
const withPostgres = ({ postgres }: Spec): boolean => postgres !== false;
const withRedis = ({ redis }: Spec): boolean => redis !== false;
const withSentinels = ({ redis }: Spec): boolean => redis !== false && redis.kind === "local" && redis.sentinels > 0;
const withCache = ({ cache, redis }: Spec): boolean => cache !== false || redis !== false;

function withReplicas(count: number): (spec: Spec) => boolean {
  return ({ postgres }) => {
    if (postgres === false) return false;
    return count <= (postgres.kind === "local" ? postgres.replicas : postgres.readUrls.length);
  };
}

/** A variable that Tenfold gives to processes of the application. */
interface Provided {
  readonly when: (spec: Spec) => boolean;
  /** What of the file it needs, for a message. */
  readonly needs: string;
  /** What it is, for the reference. */
  readonly what: string;
}

const SENTINELS = "redis with replicas";

function provided(what: string, needs = "nothing", when: (spec: Spec) => boolean = always): Provided {
  return { what, needs, when };
}

const PROVIDED: ReadonlyMap<string, Provided> = new Map<string, Provided>([
  ["PORT", provided("The port to listen on.")],
  ["HOST", provided("The address to listen on: 127.0.0.1. Only the balancer faces the network.")],
  ["INSTANCE_ID", provided("The member's name, such as `web-1`.")],
  ["API_INSTANCE_ID", provided("The same as `INSTANCE_ID`.")],
  ["NODE_APP_INSTANCE", provided("The member's number among its kind, from 0.")],
  ["QUEUE", provided("The queue of a worker.", "workers", ({ workers }) => Object.keys(workers).length > 0)],
  ["RELEASE", provided("The number of the release that runs.")],
  ["STORAGE_DIR", provided("A directory for files that all members share and that every release keeps.")],
  ["TRUST_PROXY", provided("1: believe the balancer's `X-Forwarded-*` headers.")],
  ["DATABASE_URL", provided("The primary, through the pooler.", "postgres", withPostgres)],
  [
    "DATABASE_DIRECT_URL",
    provided("The primary, past the pooler: for migrations and LISTEN.", "postgres", withPostgres),
  ],
  ...Array.from({ length: MOST_READ_URLS }, (_, at): [string, Provided] => [
    `DATABASE_READ_URL_${at + 1}`,
    provided(
      `Replica ${at + 1}, through the pooler.`,
      `postgres with ${at + 1} or more replicas`,
      withReplicas(at + 1),
    ),
  ]),
  ["REDIS_ENABLED", provided("`true` where there is a Redis, else `false`.")],
  ["REDIS_URL", provided("The durable Redis: the address stays when its master changes.", "redis", withRedis)],
  [
    "REDIS_CACHE_URL",
    provided("The cache, which evicts; the durable Redis where there is none.", "redis or cache", withCache),
  ],
  ["REDIS_SENTINELS", provided("`host:port` of each Sentinel, with commas between them.", SENTINELS, withSentinels)],
  ["REDIS_SENTINEL_MASTER", provided("The name that Sentinels know the master by.", SENTINELS, withSentinels)],
  ["CELERY_BROKER_URL", provided("The same as `REDIS_URL`.", "redis", withRedis)],
]);

/** Who gets variables. */
export type Audience = "web" | "workers" | "scheduler" | "release";

const WEB: readonly Audience[] = ["web"];
const MEMBERS: readonly Audience[] = ["web", "workers", "scheduler"];

/** Variables that not everybody gets. */
const AUDIENCES: ReadonlyMap<string, readonly Audience[]> = new Map([
  ["PORT", WEB],
  ["HOST", WEB],
  ["TRUST_PROXY", WEB],
  ["INSTANCE_ID", MEMBERS],
  ["API_INSTANCE_ID", MEMBERS],
  ["NODE_APP_INSTANCE", MEMBERS],
  ["QUEUE", ["workers"]],
]);

/** Of an audience, those who do not get a variable that the fleet gives. */
export function withoutVariable(name: string, audience: readonly Audience[]): Audience[] {
  const receivers = AUDIENCES.get(name);
  return receivers === undefined ? [] : audience.filter((one) => !receivers.includes(one));
}

/** Every variable that Tenfold can give to the application by itself. */
export const PROVIDED_NAMES: readonly string[] = [...PROVIDED.keys()];

/** Whether this fleet gives the variable. */
export function isProvided(name: string, spec: Spec): boolean {
  return PROVIDED.get(name)?.when(spec) ?? false;
}

/** What a variable is, in a sentence. `undefined` for any other name. */
export function descriptionOfVariable(name: string): string | undefined {
  return PROVIDED.get(name)?.what;
}

/** `postgres`: what the file must have, so that a fleet gives the variable. `undefined` for any other name. */
export function neededFor(name: string): string | undefined {
  return PROVIDED.get(name)?.needs;
}
