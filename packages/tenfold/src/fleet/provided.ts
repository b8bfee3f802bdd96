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
}

const PROVIDED: ReadonlyMap<string, Provided> = new Map<string, Provided>([
  ["PORT", { when: always, needs: "nothing" }],
  ["HOST", { when: always, needs: "nothing" }],
  ["INSTANCE_ID", { when: always, needs: "nothing" }],
  ["API_INSTANCE_ID", { when: always, needs: "nothing" }],
  ["NODE_APP_INSTANCE", { when: always, needs: "nothing" }],
  ["QUEUE", { when: ({ workers }) => Object.keys(workers).length > 0, needs: "workers" }],
  ["RELEASE", { when: always, needs: "nothing" }],
  ["STORAGE_DIR", { when: always, needs: "nothing" }],
  ["TRUST_PROXY", { when: always, needs: "nothing" }],
  ["DATABASE_URL", { when: withPostgres, needs: "postgres" }],
  ["DATABASE_DIRECT_URL", { when: withPostgres, needs: "postgres" }],
  ...Array.from({ length: MOST_READ_URLS }, (_, at): [string, Provided] => [
    `DATABASE_READ_URL_${at + 1}`,
    { when: withReplicas(at + 1), needs: `postgres with ${at + 1} or more replicas` },
  ]),
  ["REDIS_ENABLED", { when: always, needs: "nothing" }],
  ["REDIS_URL", { when: withRedis, needs: "redis" }],
  ["REDIS_CACHE_URL", { when: withCache, needs: "redis or cache" }],
  ["REDIS_SENTINELS", { when: withSentinels, needs: "redis with replicas" }],
  ["REDIS_SENTINEL_MASTER", { when: withSentinels, needs: "redis with replicas" }],
  ["CELERY_BROKER_URL", { when: withRedis, needs: "redis" }],
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

/** `postgres`: what the file must have, so that a fleet gives the variable. `undefined` for any other name. */
export function neededFor(name: string): string | undefined {
  return PROVIDED.get(name)?.needs;
}
