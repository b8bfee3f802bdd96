import { NO_PROCESSES, type Processes, type ProposedProcess, type ProposedWorker } from "../detection.ts";
import { workerName } from "../name.ts";
import { placeOf } from "../project.ts";
import { binary, type NodeProject, runScript } from "./manifest.ts";
import { resolveScript, runFile } from "./start.ts";

/** Makes a migration go past the pooler: it holds a lock for as long as its session, which a pooled one has not. */
const DIRECT = "DATABASE_URL=$DATABASE_DIRECT_URL ";

const SCHEDULERS: readonly string[] = ["scheduler", "cron", "clock", "start:scheduler", "start:cron"];

/** Scripts of a worker: `worker`, `start:worker`, `worker:mail`, but not those that watch files. */
function isWorkerScript(name: string): boolean {
  return /(?:^|[:-])(?:worker|workers|queue|jobs)(?:$|[:-])/.test(name) && !/dev|watch|test|build/.test(name);
}

function scriptWorkers(node: NodeProject): Record<string, ProposedWorker> {
  const workers: Record<string, ProposedWorker> = {};
  for (const name of Object.keys(node.manifest.scripts).filter(isWorkerScript)) {
    const resolved = resolveScript(node, name);
    if (resolved === undefined) continue;
    const special = name
      .replace(/(?:^|[:-])(?:start|prod|worker|workers|queue|jobs)(?=$|[:-])/g, "")
      .replace(/^[:-]+/, "");
    workers[workerName(special === "" ? "worker" : special)] = {
      command: resolved.command,
      why: `package.json's ${name} script.`,
    };
  }
  return workers;
}

/** Files that make a BullMQ (or Bull) worker, and the queue that it takes jobs from. */
function queueWorkers(node: NodeProject, web: string): { workers: Record<string, ProposedWorker>; warnings: string[] } {
  const { project, manifest } = node;
  const workers: Record<string, ProposedWorker> = {};
  const warnings: string[] = [];
  if (!manifest.dependencies.has("bullmq")) return { workers, warnings };
  const files = project.sources(/\.[cm]?[jt]s$/).filter((file) => /["']bullmq["']/.test(project.text(file)));
  const seen = new Set<string>();
  for (const line of project.lines(files, /\bnew Worker(?:<[^>]*>)?\(\s*["']([\w.:-]+)["']/)) {
    if (seen.has(line.file)) continue;
    seen.add(line.file);
    if (web.includes(line.file)) {
      warnings.push(`${placeOf(line)} works on a queue in the web process; a file of its own could be scaled apart.`);
      continue;
    }
    const queue = line.match[1] ?? "default";
    const { command } = runFile(node, line.file);
    workers[workerName(queue)] = { command, queue, why: `${placeOf(line)} takes jobs from ${queue}.` };
  }
  return { workers, warnings };
}

/** What runs by the clock inside every instance would run as many times as there are instances. */
function clockWarnings({ project, manifest }: NodeProject): string[] {
  const packages = ["node-cron", "cron", "node-schedule", "croner", "@nestjs/schedule"].filter((name) =>
    manifest.dependencies.has(name),
  );
  if (packages.length === 0) return [];
  const pattern = /\b(?:cron|schedule)\.schedule(?:Job)?\(|new (?:Cron|CronJob)\(|@Cron\(|@Interval\(/;
  const line = project.line(project.sources(), pattern);
  if (line === undefined) return [];
  return [
    `${placeOf(line)} runs by the clock, in every instance that loads it. Move it to a file of its own and name that as scheduler, of which exactly one runs.`,
  ];
}

function prisma(node: NodeProject): ProposedProcess | null {
  const schema =
    node.project.first(["prisma/schema.prisma", "schema.prisma"]) ??
    node.project.paths(/(?:^|\/)prisma\/schema\.prisma$/)[0];
  if (
    schema === undefined ||
    !(node.manifest.dependencies.has("prisma") || node.manifest.dependencies.has("@prisma/client"))
  )
    return null;
  const option = schema === "prisma/schema.prisma" || schema === "schema.prisma" ? "" : ` --schema ${schema}`;
  return {
    command: `${DIRECT}${binary(node, "prisma")} migrate deploy${option}`,
    why: "Prisma's migrations; past the pooler, since Prisma holds a lock for its session.",
  };
}

/** Tools for migrations: the package, what shows that it is used, and its command. */
const MIGRATIONS: readonly (readonly [dependency: string, sign: RegExp, command: string, why: string])[] = [
  ["knex", /^(?:\w+\/)?knexfile\.[cm]?[jt]s$/, "knex migrate:latest", "Knex's migrations."],
  ["drizzle-kit", /^drizzle\.config\.[cm]?[jt]s$/, "drizzle-kit migrate", "Drizzle's migrations."],
  ["sequelize-cli", /^\.sequelizerc$|(?:^|\/)migrations\//, "sequelize-cli db:migrate", "Sequelize's migrations."],
  [
    "node-pg-migrate",
    /(?:^|\/)migrations\//,
    "node-pg-migrate up",
    "Migrations; past the pooler, since node-pg-migrate holds a lock for its session.",
  ],
];

/** Scripts that migrate: as written down for production where there are several. */
const MIGRATE_SCRIPTS: readonly string[] = [
  "migrate:deploy",
  "migrate:prod",
  "db:migrate:deploy",
  "db:migrate",
  "migrate",
  "migration:run",
  "migrations:run",
  "db:deploy",
];

function release(node: NodeProject): ProposedProcess | null {
  const fromPrisma = prisma(node);
  if (fromPrisma !== null) return fromPrisma;
  for (const [name, sign, command, why] of MIGRATIONS) {
    if (!node.manifest.dependencies.has(name) || node.project.paths(sign).length === 0) continue;
    return { command: `${name === "node-pg-migrate" ? DIRECT : ""}${binary(node, command)}`, why };
  }
  const script = MIGRATE_SCRIPTS.find((name) => node.manifest.scripts[name] !== undefined);
  if (script === undefined) return null;
  const isForDevelopment = /\bdev\b|--watch/.test(node.manifest.scripts[script] ?? "");
  return isForDevelopment ? null : { command: runScript(node, script), why: `package.json's ${script} script.` };
}

/** Workers, scheduler and migrations of a Node project; `web` is the command of the web tier. */
export function nodeProcesses(node: NodeProject, web: string): Processes {
  const named = scriptWorkers(node);
  const queues = queueWorkers(node, web);
  const clock = SCHEDULERS.find((name) => node.manifest.scripts[name] !== undefined);
  const resolved = clock === undefined ? undefined : resolveScript(node, clock);
  const scheduler =
    resolved === undefined ? null : { command: resolved.command, why: `package.json's ${clock} script.` };
  return {
    ...NO_PROCESSES,
    workers: Object.keys(named).length > 0 ? named : queues.workers,
    scheduler,
    release: release(node),
    warnings: [...queues.warnings, ...(scheduler === null ? clockWarnings(node) : [])],
  };
}
