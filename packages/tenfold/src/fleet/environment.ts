import { localRedis } from "../spec/local.ts";
import { Secret } from "../units/secret.ts";
import { databaseName, membersOf, onlyMember, queueOf, readDatabaseName, SENTINEL_MASTER } from "./data.ts";
import { type Fleet, frontOf, portFor, type ReleaseWithEnvironment } from "./fleet.ts";
import type { Member } from "./member.ts";
import { homeDirectory, storageDirectory } from "./paths.ts";
import { furtherPort } from "./ports.ts";
import { expandReferences } from "./references.ts";

export type Environment = Readonly<Record<string, string | Secret>>;

/** Set only where the user says nothing: what a production deployment wants. */
export const CONVENTIONS: Readonly<Record<string, string>> = { NODE_ENV: "production", PYTHONUNBUFFERED: "1" };

/** Whose environment it is: a member's, or that of a task of a release, such as its release command. */
export interface Recipient {
  readonly member: Member | null;
  readonly release: number;
}

/** What a process needs to work at all, taken from whoever gives the order. The rest of that environment stays there. */
export const INHERITED_NAMES: readonly string[] = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "TZ",
  "TMPDIR",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "VIRTUAL_ENV",
  "PYTHONPATH",
  "GEM_HOME",
  "GEM_PATH",
  "JAVA_HOME",
  "GOPATH",
];

/** Variables that change when replicas come and go, or from one shell to the next. A running process need not be restarted for them. */
export function isVolatile(name: string): boolean {
  return name.startsWith("DATABASE_READ_URL_") || name === "REDIS_SENTINELS" || INHERITED_NAMES.includes(name);
}

function databaseVariables(fleet: Fleet): Environment {
  const { spec, ports } = fleet;
  if (spec.postgres === false) return {};
  const lookup = (name: string): string | undefined => releaseNumbered(fleet, fleet.release.number).environment[name];
  if (spec.postgres.kind === "managed") {
    const url = secret(expandReferences(spec.postgres.url, lookup));
    const reads = spec.postgres.readUrls.map((read, at) => [
      `DATABASE_READ_URL_${at + 1}`,
      secret(expandReferences(read, lookup)),
    ]);
    return { DATABASE_URL: url, DATABASE_DIRECT_URL: url, ...Object.fromEntries(reads) };
  }
  const user = databaseName(spec);
  const password = fleet.secrets.postgresApplication.reveal();
  const url = (port: number | null, database: string): Secret =>
    new Secret(`postgres://${user}:${password}@127.0.0.1:${port}/${database}`);
  const pooler = onlyMember(fleet, "pooler").port;
  const reads = Array.from({ length: fleet.counts.postgresReplicas }, (_, at) => [
    `DATABASE_READ_URL_${at + 1}`,
    url(pooler, readDatabaseName(spec, at + 1)),
  ]);
  return {
    DATABASE_URL: url(pooler, user),
    DATABASE_DIRECT_URL: url(portFor(ports, furtherPort(frontOf(spec), "postgres")), user),
    ...Object.fromEntries(reads),
  };
}

function redisVariables(fleet: Fleet): Environment {
  const { spec, ports, secrets } = fleet;
  const cache = membersOf(fleet, "cache")[0];
  const cacheUrl =
    cache === undefined ? undefined : new Secret(`redis://:${secrets.cache.reveal()}@127.0.0.1:${cache.port}/0`);
  const local = localRedis(spec);
  if (local === null) {
    const managed = spec.redis === false ? null : spec.redis;
    if (managed === null || managed.kind === "local")
      return cacheUrl === undefined ? {} : { REDIS_CACHE_URL: cacheUrl };
    const lookup = (name: string): string | undefined => releaseNumbered(fleet, fleet.release.number).environment[name];
    const url = secret(expandReferences(managed.url, lookup));
    const managedCache = managed.cacheUrl === null ? url : secret(expandReferences(managed.cacheUrl, lookup));
    return { REDIS_ENABLED: "true", REDIS_URL: url, CELERY_BROKER_URL: url, REDIS_CACHE_URL: cacheUrl ?? managedCache };
  }
  const url = new Secret(
    `redis://:${secrets.redis.reveal()}@127.0.0.1:${portFor(ports, furtherPort(frontOf(spec), "redis"))}/0`,
  );
  const sentinels = membersOf(fleet, "sentinel").map(({ port }) => `127.0.0.1:${port}`);
  return {
    REDIS_ENABLED: "true",
    REDIS_URL: url,
    CELERY_BROKER_URL: url,
    REDIS_CACHE_URL: cacheUrl ?? url,
    ...(sentinels.length === 0 ? {} : { REDIS_SENTINELS: sentinels.join(","), REDIS_SENTINEL_MASTER: SENTINEL_MASTER }),
  };
}

function secret(text: string | Secret): Secret {
  return text instanceof Secret ? text : new Secret(text);
}

/** A release that the fleet knows. Its absence is a bug. */
export function releaseNumbered(fleet: Fleet, number: number): ReleaseWithEnvironment {
  const found = fleet.releases.get(number);
  if (found === undefined) throw new Error(`release ${number} is not known to the fleet`);
  return found;
}

/** What Tenfold itself provides to a process of the application. */
export function providedVariables(fleet: Fleet, { member, release }: Recipient): Environment {
  const identity: Environment =
    member === null
      ? {}
      : { INSTANCE_ID: member.name, API_INSTANCE_ID: member.name, NODE_APP_INSTANCE: `${member.index - 1}` };
  const queue = member === null ? undefined : queueOf(fleet.spec, member);
  const web: Environment =
    member === null || member.port === null ? {} : { PORT: `${member.port}`, HOST: "127.0.0.1", TRUST_PROXY: "1" };
  return {
    ...web,
    ...identity,
    ...(queue === undefined ? {} : { QUEUE: queue }),
    RELEASE: `${release}`,
    STORAGE_DIR: storageDirectory(fleet.paths),
    REDIS_ENABLED: "false",
    ...databaseVariables(fleet),
    ...redisVariables(fleet),
  };
}

/** `node_modules/.bin` of the directory and of all above it, as npm does, before the user's own PATH. */
function searchPath(directory: string, path: string): string {
  const parts = directory.split("/").filter((part) => part !== "");
  const levels = parts.map((_, at) => `/${parts.slice(0, parts.length - at).join("/")}/node_modules/.bin`);
  return [...levels, path].join(":");
}

/**
 * The whole environment of a process of the application. `own` is what the file says for this process alone.
 * `.env` gives way to what Tenfold provides, and that to the `env` of the file.
 */
export function applicationEnvironment(
  fleet: Fleet,
  recipient: Recipient,
  own: Readonly<Record<string, string>> = {},
): Environment {
  const { release, environment } = releaseNumbered(fleet, recipient.release);
  const provided = providedVariables(fleet, recipient);
  const conventions: Environment = {
    ...CONVENTIONS,
    NODE_COMPILE_CACHE: `${homeDirectory(fleet.paths)}/.cache/node-compile-cache`,
  };
  const base: Environment = { ...conventions, ...environment, ...provided };
  const lookup = (name: string): string | Secret | undefined => base[name];
  const written = Object.entries({ ...release.application.env, ...own });
  const expanded = Object.fromEntries(written.map(([name, text]) => [name, expandReferences(text, lookup)]));
  const path = searchPath(release.directory, environment.PATH ?? "/usr/local/bin:/usr/bin:/bin");
  const { application, engine } = fleet.machine.users;
  // Whoever it runs as has no home of its own, or another one than whoever started Tenfold.
  const home: Environment = application.uid === engine.uid ? {} : { HOME: homeDirectory(fleet.paths) };
  return { ...base, ...home, PATH: path, ...expanded };
}
