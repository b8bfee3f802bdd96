import { NO_PROCESSES, type Processes, type ProposedProcess, type ProposedWorker } from "../detection.ts";
import { placeOf } from "../project.ts";
import { directoryOf, findApp } from "./app.ts";
import { djangoProject, djangoRelease } from "./django.ts";
import { moduleOf, type PythonModule } from "./module.ts";
import type { PythonProject } from "./web.ts";

/** What Celery's `-A` names, and where it runs. */
function celeryApp(python: PythonProject): { target: string; module: PythonModule; file: string } | undefined {
  const { project } = python;
  const files = project.sources(/\.py$/);
  const django = djangoProject(python);
  const line = project.line(
    files,
    /^(\w+)\s*(?::\s*\w+\s*)?=\s*(?:(?:celery\.)?Celery\(|\w*make_celery\(|\w*create_celery\w*\(|celery_init_app\()/,
  );
  if (line === undefined) return undefined;
  const module = moduleOf(project, line.file);
  const object = line.match[1] ?? "app";
  if (django !== undefined && line.file.endsWith(`${django.package.replaceAll(".", "/")}/celery.py`)) {
    return { target: django.package, module: { ...module, directory: django.directory }, file: line.file };
  }
  const target = object === "app" || object === "celery" ? module.name : `${module.name}.${object}`;
  return { target, module, file: line.file };
}

function celery(python: PythonProject): Processes | null {
  const { project, dependencies, runner } = python;
  const app = celeryApp(python);
  if (app === undefined) return null;
  const run = `${runner.tool("celery", app.module.directory)} -A ${app.target}`;
  const where = directoryOf(app.module);
  const worker: ProposedWorker = {
    command: `${run} worker --loglevel info`,
    ...where,
    queue: "celery",
    why: `Celery's application is in ${app.file}.`,
  };
  const sources = project.sources(/\.py$/);
  const inDatabase = dependencies.get("django-celery-beat");
  const schedule = project.line(sources, /\bbeat_schedule\b|CELERY_BEAT_SCHEDULE|add_periodic_task\(/);
  const store =
    inDatabase !== undefined
      ? "--scheduler django_celery_beat.schedulers:DatabaseScheduler"
      : "--schedule $STORAGE_DIR/celerybeat-schedule";
  const seen =
    inDatabase !== undefined
      ? `${inDatabase.file} has django-celery-beat`
      : schedule === undefined
        ? null
        : `${placeOf(schedule)} sets a schedule`;
  const scheduler: ProposedProcess | null =
    seen === null
      ? null
      : { command: `${run} beat --loglevel info ${store}`, ...where, why: `${seen}; exactly one Beat may run.` };
  const rabbit = project.line(sources, /amqps?:\/\//);
  const warnings =
    rabbit === undefined
      ? []
      : [
          `${placeOf(rabbit)} names RabbitMQ, which Tenfold does not run: use CELERY_BROKER_URL (Redis), or keep a RabbitMQ of your own.`,
        ];
  return { ...NO_PROCESSES, workers: { celery: worker }, scheduler, warnings };
}

function rq(python: PythonProject): Processes | null {
  const { project, dependencies, runner } = python;
  const dependency = dependencies.get("django-rq") ?? dependencies.get("rq");
  if (dependency === undefined) return null;
  const queue = project.line(project.sources(/\.py$/), /\bQueue\(\s*["']([\w-]+)["']/)?.match[1] ?? "default";
  const command =
    dependency.name === "django-rq"
      ? `${runner.python(".")} ${djangoProject(python)?.manage ?? "manage.py"} rqworker ${queue}`
      : `${runner.tool("rq", ".")} worker --url $REDIS_URL ${queue}`;
  const scheduler = dependencies.has("rq-scheduler")
    ? {
        command: `${runner.script("rqscheduler")} --url $REDIS_URL`,
        why: "The requirements have rq-scheduler; exactly one may run.",
      }
    : null;
  return {
    ...NO_PROCESSES,
    workers: { rq: { command, queue, why: `${dependency.file} has ${dependency.name}.` } },
    scheduler,
  };
}

interface Definition {
  readonly module: PythonModule;
  readonly file: string;
  readonly name: string;
}

/** The module that defines a thing, where it runs, and where that was seen. */
function definedIn({ project }: PythonProject, pattern: RegExp): Definition | undefined {
  const line = project.line(project.sources(/\.py$/), pattern);
  if (line === undefined) return undefined;
  return { module: moduleOf(project, line.file), file: placeOf(line), name: line.match[1] ?? "" };
}

function dramatiq(python: PythonProject): Record<string, ProposedWorker> {
  const actor = definedIn(python, /^@(?:dramatiq\.)?actor\b/);
  if (!python.dependencies.has("dramatiq") || actor === undefined) return {};
  const command = `${python.runner.tool("dramatiq", actor.module.directory)} ${actor.module.name} --processes 1 --threads 8`;
  return { dramatiq: { command, ...directoryOf(actor.module), why: `${actor.file} defines an actor.` } };
}

function arq(python: PythonProject): Record<string, ProposedWorker> {
  const settings = definedIn(python, /^class WorkerSettings\b/);
  if (!python.dependencies.has("arq") || settings === undefined) return {};
  const command = `${python.runner.tool("arq", settings.module.directory)} ${settings.module.name}.WorkerSettings`;
  return { arq: { command, ...directoryOf(settings.module), why: `${settings.file} has arq's settings.` } };
}

function huey(python: PythonProject): Record<string, ProposedWorker> {
  const queue = definedIn(python, /^(\w+)\s*=\s*(?:huey\.)?(?:Redis)?Huey\(/);
  if (!python.dependencies.has("huey") || queue === undefined) return {};
  const command = `${python.runner.script("huey_consumer", queue.module.directory)} ${queue.module.name}.${queue.name}`;
  return { huey: { command, ...directoryOf(queue.module), why: `${queue.file} makes Huey's queue.` } };
}

function release(python: PythonProject): ProposedProcess | null {
  const { project, dependencies, runner } = python;
  const django = djangoRelease(python);
  if (django !== null) return django;
  const alembic = project.paths(/(?:^|\/)alembic\.ini$/)[0];
  if (alembic !== undefined) {
    // Paths in alembic.ini are relative to where it is started.
    const directory = alembic.includes("/") ? alembic.replace(/\/[^/]*$/, "") : ".";
    const where = directory === "." ? {} : { directory };
    return {
      command: `${runner.tool("alembic", directory)} upgrade head`,
      ...where,
      why: `${alembic}: Alembic's migrations.`,
    };
  }
  const app = findApp(project, "Flask|APIFlask");
  if (dependencies.has("flask-migrate") && app !== undefined && project.paths(/(?:^|\/)migrations\//).length > 0) {
    const target = app.isFactory ? app.name : `${app.name}:${app.object}`;
    const command = `${runner.tool("flask", app.directory)} --app ${target} db upgrade`;
    return { command, ...directoryOf(app), why: "Flask-Migrate's migrations." };
  }
  return null;
}

/** Workers, scheduler and migrations of a Python project. */
export function pythonProcesses(python: PythonProject): Processes {
  const queue = celery(python) ?? rq(python) ?? NO_PROCESSES;
  return {
    ...queue,
    workers: { ...queue.workers, ...dramatiq(python), ...arq(python), ...huey(python) },
    release: release(python),
  };
}
