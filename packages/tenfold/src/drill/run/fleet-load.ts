import type { FleetReport } from "@tenfold/protocol";
import { Fault } from "../../fault/fault.ts";
import type { Spec } from "../../spec/spec.ts";
import { insistOnRedis, RedisClient } from "../work/redis-client.ts";
import type { LoadPlan } from "./loads.ts";

/** All keys of drills begin with it. */
export const KEY_PREFIX = "tenfold:drill:";

export interface LoadWishes {
  readonly path: string;
  readonly rate: number;
  readonly seed: number;
}

/** Where a fleet's load goes, and what had to be left out. */
export interface FleetLoad {
  readonly plan: LoadPlan;
  /** Past the pooler; `null` where replication is not the fleet's own. */
  readonly directUrl: string | null;
  readonly notes: readonly string[];
}

/** Reads from a fleet's variables where a drill's load goes. Fault: TF_NOT_RUNNING, TF_ARGUMENT. */
export function planLoad(
  fleet: Pick<FleetReport, "fleet" | "urls">,
  spec: Spec,
  variables: Readonly<Record<string, string>>,
  { path, rate, seed }: LoadWishes,
): FleetLoad {
  const app = fleet.urls.app;
  if (app === undefined)
    throw new Fault("TF_NOT_RUNNING", "the fleet is down, so there is nothing to break", {
      hint: "start it: tenfold up",
    });
  if (!path.startsWith("/") || !URL.canParse(path, app))
    throw new Fault("TF_ARGUMENT", `--path is ${JSON.stringify(path)}`, { hint: "write a path such as /health" });
  const { DATABASE_URL: database, DATABASE_DIRECT_URL: direct, REDIS_URL: redis } = variables;
  const readUrls = Object.keys(variables)
    .filter((name) => /^DATABASE_READ_URL_\d+$/.test(name))
    .sort()
    .flatMap((name) => variables[name] ?? []);
  const hasOwnReplicas = spec.postgres !== false && spec.postgres.kind === "local";
  const isReachable = redis !== undefined && /^redis:\/\/[^/]*(127\.0\.0\.1|localhost)(:|\/|$)/.test(redis);
  const notes = redis !== undefined && !isReachable ? ["Redis is on another machine, and is left out of the load"] : [];
  return {
    plan: {
      url: new URL(path, app).href,
      rate,
      postgres: spec.postgres === false || database === undefined ? null : { url: database, readUrls },
      redis: spec.redis === false || !isReachable ? null : { url: redis, prefix: KEY_PREFIX },
      seed,
    },
    directUrl: hasOwnReplicas ? (direct ?? null) : null,
    notes,
  };
}

/** Removes every key of drills from the durable Redis. */
export async function removeKeys({ url, prefix }: { readonly url: string; readonly prefix: string }): Promise<void> {
  const client = new RedisClient(url);
  try {
    let cursor = "0";
    do {
      const reply = await insistOnRedis(client, ["SCAN", cursor, "MATCH", `${prefix}*`, "COUNT", "500"]);
      const [next, keys] = reply as readonly [string, readonly string[]];
      if (keys.length > 0) await insistOnRedis(client, ["DEL", ...keys]);
      cursor = next;
    } while (cursor !== "0");
  } finally {
    client.close();
  }
}
