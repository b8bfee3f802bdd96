import type { ProposedService } from "./detection.ts";
import { allPackages, type Package } from "./manifests.ts";
import { type Project, placeOf } from "./project.ts";

/** What an application needs beside itself, and what to know about it. */
export interface Services {
  readonly postgres: ProposedService | null;
  readonly redis: ProposedService | null;
  readonly warnings: readonly string[];
}

/** Clients of PostgreSQL, by language; SQLAlchemy and other mappers need one of them, so they alone do not count. */
const POSTGRES =
  /^(?:pg|postgres|pg-promise|@vercel\/postgres|node-pg-migrate|slonik|psycopg|psycopg2|psycopg2-binary|psycopg-binary|asyncpg|pg8000|pgx|github\.com\/jackc\/pgx(?:\/v\d)?|github\.com\/lib\/pq|gorm\.io\/driver\/postgres|ext-pgsql|ext-pdo_pgsql)$/;

const REDIS =
  /^(?:redis|ioredis|iovalkey|valkey|@redis\/client|bull|bullmq|bee-queue|connect-redis|aioredis|django-redis|django-rq|rq|arq|huey|channels-redis|flask-redis|sidekiq|resque|predis\/predis|ext-redis|github\.com\/redis\/go-redis(?:\/v\d)?|github\.com\/go-redis\/redis(?:\/v\d)?|github\.com\/hibiken\/asynq)$/;

const ELSEWHERE: readonly (readonly [name: string, packages: RegExp])[] = [
  ["MySQL", /^(?:mysql|mysql2|mysqlclient|pymysql|aiomysql|trilogy|github\.com\/go-sql-driver\/mysql)$/],
  ["MongoDB", /^(?:mongodb|mongoose|pymongo|motor|mongoid|go\.mongodb\.org\/mongo-driver(?:\/v\d)?)$/],
  ["Kafka", /^(?:kafkajs|kafka-python|aiokafka|confluent-kafka|ruby-kafka)$/],
  ["RabbitMQ", /^(?:amqplib|pika|aio-pika|bunny)$/],
  ["Memcached", /^(?:memcached|memjs|pymemcache|python-memcached|dalli)$/],
];

const SQLITE = /^(?:sqlite3|better-sqlite3|aiosqlite|github\.com\/mattn\/go-sqlite3|modernc\.org\/sqlite)$/;

function inCompose(project: Project, image: string): ProposedService | null {
  const files = project.paths(/^(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$/);
  const line = project.line(files, new RegExp(String.raw`^\s*image:\s*["']?(?:[\w.-]+/)*(?:${image})(?:[:@"'\s]|$)`));
  return line === undefined ? null : { why: `${placeOf(line)} has ${line.text}.` };
}

function fromPackages(packages: readonly Package[], pattern: RegExp): ProposedService | null {
  const found = packages.find(({ name }) => pattern.test(name));
  return found === undefined ? null : { why: `${found.file} has ${found.name}.` };
}

/** Prisma and Django name the database in their own files, and Rails' gem `pg` stands for it. */
function fromSettings(project: Project): ProposedService | null {
  const files = [
    ...project.paths(/(?:^|\/)schema\.prisma$/),
    ...project.paths(/(?:^|\/)settings(?:\/\w+)?\.py$/),
    ...project.paths(/^(?:drizzle\.config|knexfile|ormconfig)\.\w+$/),
    ...project.paths(/^\.env\.(?:example|sample|template|dist)$/),
    ...project.paths(/(?:^|\/)alembic\.ini$/),
  ];
  const line = project.line(
    files,
    /provider\s*=\s*"postgresql"|django\.db\.backends\.postgresql|dj_database_url|dialect\s*:\s*["']postgresql|client\s*:\s*["'](?:pg|postgres)|type\s*:\s*["']postgres|postgres(?:ql)?(?:\+\w+)?:\/\//,
  );
  // The line itself may hold a password.
  return line === undefined ? null : { why: `${placeOf(line)} names PostgreSQL.` };
}

function sqliteWarnings(project: Project, packages: readonly Package[], postgres: ProposedService | null): string[] {
  if (postgres !== null) return [];
  const schema = project.line(project.paths(/(?:^|\/)schema\.prisma$/), /provider\s*=\s*"sqlite"/);
  const source = project.line(
    project.sources(),
    /sqlite:\/\/\/|sqlite3\.connect\(|new Database\(["'][^"']*\.(?:db|sqlite)/,
  );
  const found = packages.find(({ name }) => SQLITE.test(name));
  const where = schema ?? source;
  if (where === undefined && found === undefined) return [];
  const seen = where === undefined ? `${found?.file} has ${found?.name}` : `${placeOf(where)} uses SQLite`;
  return [`${seen}: one file, which all instances would write at once. With postgres: true they get DATABASE_URL.`];
}

function elsewhereWarnings(packages: readonly Package[]): string[] {
  return ELSEWHERE.flatMap(([name, pattern]) => {
    const found = packages.find((one) => pattern.test(one.name));
    return found === undefined
      ? []
      : [`${found.file} has ${found.name}: Tenfold does not run ${name}; keep your own, and give its address in env.`];
  });
}

/** What has to be told of clients that use named prepared statements, which PgBouncer has known since 1.21 only. */
const PREPARED: readonly (readonly [packages: RegExp, advice: string])[] = [
  [/^postgres$/, "postgres.js needs prepare: false behind a PgBouncer older than 1.21 (Debian 12 has 1.18)."],
  [/^asyncpg$/, "asyncpg needs statement_cache_size=0 behind a PgBouncer older than 1.21 (Debian 12 has 1.18)."],
  [
    /^(?:prisma|@prisma\/client)$/,
    "Prisma needs ?pgbouncer=true in its URL behind a PgBouncer older than 1.21 (Debian 12 has 1.18).",
  ],
  [
    /^(?:psycopg|psycopg-binary)$/,
    "psycopg 3 needs prepare_threshold=None behind a PgBouncer older than 1.21 (Debian 12 has 1.18).",
  ],
  [/jackc\/pgx/, "pgx needs default_query_exec_mode=exec behind a PgBouncer older than 1.21 (Debian 12 has 1.18)."],
];

function preparedWarnings(packages: readonly Package[], usesDjango: boolean): string[] {
  // Django's backend for psycopg 3 prepares nothing unless it is told to.
  const advice = PREPARED.filter(
    ([pattern]) => packages.some(({ name }) => pattern.test(name)) && !(usesDjango && pattern.test("psycopg")),
  ).map(([, text]) => text);
  const rails = packages.some(({ name, file }) => name === "rails" && file === "Gemfile");
  return [
    ...advice,
    ...(rails
      ? [
          "Rails needs prepared_statements: false in config/database.yml behind a PgBouncer older than 1.21 (Debian 12 has 1.18).",
        ]
      : []),
  ];
}

const LOCAL_URL =
  /\b((?:redis|postgres|postgresql)(?:\+\w+)?:\/\/[^\s"'`]*(?:localhost|127\.0\.0\.1|@(?:db|redis|postgres))\b)/;

/** An address that is written into the source and not taken from the environment stays what it is in every instance. */
function fixedAddresses(project: Project): string[] {
  const line = [...project.lines(project.sources(), LOCAL_URL)].find(
    ({ text }) => !/environ|getenv|process\.env|ENV\[|ENV\.fetch|os\.Getenv|config\(|env\(/.test(text),
  );
  if (line === undefined) return [];
  const variable = line.match[1]?.startsWith("redis") ? "REDIS_URL" : "DATABASE_URL";
  return [`${placeOf(line)} fixes an address; Tenfold gives ${variable} in the environment.`];
}

/** Databases, queues and caches that the project asks for. */
export function servicesOf(project: Project): Services {
  const packages = allPackages(project);
  const gem = packages.find(({ name, file }) => name === "pg" && file === "Gemfile");
  const postgres =
    (gem === undefined ? null : { why: "Gemfile has pg." }) ??
    fromPackages(packages, POSTGRES) ??
    fromSettings(project) ??
    inCompose(project, "postgres|postgis|timescale\\w*|pgvector");
  const redis = fromPackages(packages, REDIS) ?? inCompose(project, "redis|valkey|redis-stack");
  const celery = packages.find(({ name }) => name === "celery");
  const usesDjango = packages.some(({ name }) => name === "django");
  return {
    postgres,
    redis:
      redis ??
      (celery === undefined ? null : { why: `${celery.file} has celery, which needs a broker: CELERY_BROKER_URL.` }),
    warnings: [
      ...sqliteWarnings(project, packages, postgres),
      ...elsewhereWarnings(packages),
      ...(postgres === null ? [] : preparedWarnings(packages, usesDjango)),
      ...fixedAddresses(project),
    ],
  };
}
