import { Fault } from "../fault/index.ts";
import type { Address, Environment } from "./environment.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Who this process is when nobody told it. */
export interface Self {
  readonly hostname: string;
  readonly pid: number;
}

/**
 * What a process of a fleet is told by its environment. Every problem is reported at once, in the lines of one
 * `TF_RT_ENVIRONMENT`; a value is never repeated, since it may hold a password.
 */
export function parseEnvironment(variables: Variables, self: Self): Environment {
  const problems: string[] = [];
  const text = (name: string): string | null => variables[name]?.trim() || null;
  const url = (name: string, protocols: readonly string[]): string | null => {
    const found = text(name);
    if (found === null || protocols.includes(URL.parse(found)?.protocol ?? "")) return found;
    problems.push(
      `${name}: is no URL; expected one that starts with ${protocols.map((one) => `${one}//`).join(" or ")}`,
    );
    return null;
  };
  const postgres = (name: string) => url(name, ["postgres:", "postgresql:"]);
  const redis = (name: string) => url(name, ["redis:", "rediss:"]);
  const whole = (name: string, last: number): number | null => {
    const found = text(name);
    if (found === null) return null;
    if (/^\d+$/.test(found) && Number(found) <= last) return Number(found);
    problems.push(`${name}: is no whole number from 0 to ${last}`);
    return null;
  };
  const switched = (name: string): boolean | null => {
    const found = text(name)?.toLowerCase() ?? null;
    if (found === null) return null;
    if (["1", "true", "yes", "on"].includes(found)) return true;
    if (["0", "false", "no", "off"].includes(found)) return false;
    problems.push(`${name}: is neither true nor false`);
    return null;
  };

  const withRedis = switched("REDIS_ENABLED") ?? true;
  const sentinels = withRedis ? addresses("REDIS_SENTINELS", text("REDIS_SENTINELS"), problems) : [];
  const sentinelMaster = withRedis ? text("REDIS_SENTINEL_MASTER") : null;
  if (sentinels.length > 0 && sentinelMaster === null) {
    problems.push("REDIS_SENTINEL_MASTER: is missing; the sentinels in REDIS_SENTINELS are asked for a master by name");
  }
  const redisUrl = withRedis ? redis("REDIS_URL") : null;
  const databaseUrl = postgres("DATABASE_URL");
  const environment: Environment = {
    host: text("HOST") ?? "127.0.0.1",
    port: whole("PORT", 65_535),
    instanceId: text("INSTANCE_ID") ?? text("API_INSTANCE_ID") ?? `${self.hostname}-${self.pid}`,
    instanceIndex: whole("NODE_APP_INSTANCE", 1_000_000),
    release: text("RELEASE"),
    queue: text("QUEUE"),
    databaseUrl,
    databaseReadUrls: readUrlNames(variables).flatMap((name) => postgres(name) ?? []),
    databaseDirectUrl: postgres("DATABASE_DIRECT_URL") ?? databaseUrl,
    redisUrl,
    redisCacheUrl: redis("REDIS_CACHE_URL") ?? redisUrl,
    sentinels,
    sentinelMaster,
    storageDir: text("STORAGE_DIR"),
    trustProxy: trustedHops(text("TRUST_PROXY"), problems),
  };
  if (problems.length === 0) return environment;
  throw new Fault("TF_RT_ENVIRONMENT", `the environment has ${count(problems.length, "problem")}`, {
    hint: "`tenfold exec printenv` shows what a fleet provides; docs/reference/environment.md lists it",
    lines: problems,
  });
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `DATABASE_READ_URL_1`, `_2`, ... in the order of their numbers. */
function readUrlNames(variables: Variables): string[] {
  const number = (name: string) => Number(/^DATABASE_READ_URL_(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  return Object.keys(variables)
    .filter((name) => !Number.isNaN(number(name)))
    .sort((a, b) => number(a) - number(b));
}

/** `host:port,host:port`; a host may be an IPv6 address in brackets. */
function addresses(name: string, list: string | null, problems: string[]): readonly Address[] {
  return (list ?? "").split(",").flatMap((item, at): Address[] => {
    if (item.trim() === "") return [];
    const [, host = "", port = ""] = /^(?:redis:\/\/)?(\[[\da-fA-F:.]+\]|[^\s:/@]+):(\d{1,5})$/.exec(item.trim()) ?? [];
    if (host !== "" && Number(port) > 0 && Number(port) <= 65_535) {
      return [{ host: host.replace(/^\[|\]$/g, ""), port: Number(port) }];
    }
    problems.push(`${name}: item ${at + 1} is no host:port`);
    return [];
  });
}

/** The number of proxies in front whose `X-Forwarded-*` is believed; `true` is one. */
function trustedHops(found: string | null, problems: string[]): number {
  const word = found?.toLowerCase() ?? "0";
  if (/^\d{1,2}$/.test(word)) return Number(word);
  if (["false", "no", "off"].includes(word)) return 0;
  if (["true", "yes", "on"].includes(word)) return 1;
  problems.push("TRUST_PROXY: is neither true, nor false, nor a number of proxies");
  return 0;
}
