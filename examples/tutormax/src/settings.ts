import { readFileSync } from "node:fs";
import { type Level, parseLevel } from "./log.ts";

/** What a process of the application is told by its environment. A service that is not configured is `null`. */
export interface Settings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The name by which visitors and logs see this process: `web-1`. */
  readonly instanceId: string;
  /** `1.0.0`, or `1.0.0+3` as release 3 of a fleet. */
  readonly version: string;
  /** The primary, through the pooler: transactions may share connections, so nothing may be kept in a session. */
  readonly databaseUrl: string | null;
  /** The replicas, through the pooler. */
  readonly databaseReadUrls: readonly string[];
  /** The primary, past the pooler. */
  readonly databaseDirectUrl: string | null;
  readonly redisUrl: string | null;
  /** Whether `X-Forwarded-*` was written by a balancer of ours, and not by the visitor. */
  readonly trustProxy: boolean;
  readonly logLevel: Level;
}

/** The environment cannot be used. The message lists every problem, and never a value: it may hold a password. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws a SettingsError. */
export function parseSettings(env: Environment, pid: number): Settings {
  const problems: string[] = [];

  const url = (name: string, protocols: readonly string[]): string | null => {
    const text = env[name];
    if (text === undefined || text === "") return null;
    if (protocols.includes(URL.parse(text)?.protocol ?? "")) return text;
    problems.push(`${name} is no URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`);
    return null;
  };
  const postgres = (name: string) => url(name, ["postgres:", "postgresql:"]);

  const port = Number(env.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || env.PORT === "") {
    problems.push("PORT is no number from 0 to 65535");
  }
  const logLevel = parseLevel(env.LOG_LEVEL ?? "info");
  if (logLevel === undefined) problems.push("LOG_LEVEL is none of debug, info, warn, error");

  const databaseUrl = postgres("DATABASE_URL");
  const settings = {
    host: env.HOST || "127.0.0.1",
    port,
    instanceId: env.INSTANCE_ID || `tutormax-${pid}`,
    version: env.RELEASE ? `${packageVersion()}+${env.RELEASE}` : packageVersion(),
    databaseUrl,
    databaseReadUrls: readUrlNames(env).flatMap((name) => postgres(name) ?? []),
    databaseDirectUrl: postgres("DATABASE_DIRECT_URL") ?? databaseUrl,
    redisUrl: env.REDIS_ENABLED === "false" ? null : url("REDIS_URL", ["redis:", "rediss:"]),
    trustProxy: !["", "0", "false"].includes(env.TRUST_PROXY ?? ""),
    logLevel: logLevel ?? "info",
  };
  if (problems.length > 0) throw new SettingsError(problems.join("; "));
  return settings;
}

/** `DATABASE_READ_URL_1`, `_2`, ... in the order of their numbers. */
function readUrlNames(env: Environment): string[] {
  const number = (name: string) => Number(/^DATABASE_READ_URL_(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  return Object.keys(env)
    .filter((name) => !Number.isNaN(number(name)))
    .sort((a, b) => number(a) - number(b));
}

function packageVersion(): string {
  const file = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(file) as { readonly version: string }).version;
}
