import type { Candidate, ProposedProcess } from "../detection.ts";
import { placeOf } from "../project.ts";
import { dependencyEvidence, type PythonProject, through } from "./web.ts";

/** A Django project: where `manage.py` is, and the package that holds its settings. */
export interface DjangoProject {
  readonly directory: string;
  readonly package: string;
  readonly manage: string;
}

export function djangoProject({ project }: PythonProject): DjangoProject | undefined {
  for (const manage of project.paths(/(?:^|\/)manage\.py$/)) {
    const settings = /DJANGO_SETTINGS_MODULE["']?\s*,\s*["']([\w.]+)["']/.exec(project.text(manage))?.[1];
    if (settings === undefined) continue;
    const directory = manage.includes("/") ? manage.replace(/\/manage\.py$/, "") : ".";
    return { directory, package: settings.replace(/\.settings(?:\..*)?$/, ""), manage };
  }
  return undefined;
}

function within(django: DjangoProject): { readonly directory?: string } {
  return django.directory === "." ? {} : { directory: django.directory };
}

function server(python: PythonProject, django: DjangoProject): Pick<Candidate, "rank" | "web" | "warnings"> {
  const { dependencies, runner, project } = python;
  const at = (file: string): string => (django.directory === "." ? file : `${django.directory}/${file}`);
  const hasAsgi = project.has(at(`${django.package.replaceAll(".", "/")}/asgi.py`));
  const run = (tool: string, rest: string, why: string): Pick<Candidate, "rank" | "web" | "warnings"> => ({
    rank: "framework",
    web: {
      command: `${runner.tool(tool, django.directory)} ${rest}`,
      ...within(django),
      why: `${why}${through(runner)}.`,
    },
    warnings: [],
  });
  const isAsync = dependencies.has("channels") || !dependencies.has("gunicorn");
  if (hasAsgi && isAsync && dependencies.has("daphne")) {
    return run("daphne", `-b $HOST -p $PORT ${django.package}.asgi:application`, "Daphne serves HTTP and WebSockets");
  }
  if (hasAsgi && isAsync && dependencies.has("uvicorn")) {
    return run(
      "uvicorn",
      `${django.package}.asgi:application --host $HOST --port $PORT`,
      "Uvicorn serves the ASGI application",
    );
  }
  if (dependencies.has("gunicorn")) {
    const why = "Gunicorn serves the WSGI application; one process with threads, since Tenfold runs the instances";
    return run("gunicorn", `--bind $HOST:$PORT --threads 8 ${django.package}.wsgi`, why);
  }
  return {
    rank: "development",
    web: {
      command: `${runner.python(django.directory)} manage.py runserver --noreload $HOST:$PORT`,
      ...within(django),
      why: `Django's own server${through(runner)}.`,
    },
    warnings: [
      "runserver is a development server. For real traffic add gunicorn to the requirements and run init again.",
    ],
  };
}

/** Settings that decide on how many instances can share what the application keeps. */
function settingsWarnings({ project, dependencies }: PythonProject, django: DjangoProject): string[] {
  const settings = project.paths(/(?:^|\/)settings(?:\/\w+)?\.py$/);
  const warnings: string[] = [];
  const sqlite = project.line(settings, /django\.db\.backends\.sqlite3/);
  const hasOther = project.line(settings, /backends\.postgresql|dj_database_url|env\.db\(/) !== undefined;
  if (sqlite !== undefined && !hasOther) {
    warnings.push(
      `${placeOf(sqlite)} uses SQLite, one file that all instances would write. Tenfold gives DATABASE_URL: dj-database-url reads it.`,
    );
  }
  const root = project.line(settings, /^STATIC_ROOT\s*=/);
  if (root !== undefined) {
    const python = `python manage.py collectstatic --noinput`;
    warnings.push(
      `${placeOf(root)} sets STATIC_ROOT: run ${python}${django.directory === "." ? "" : ` in ${django.directory}`} before tenfold up${dependencies.has("whitenoise") ? "" : ", and let WhiteNoise or a CDN serve the files"}.`,
    );
  }
  return warnings;
}

export function djangoCandidate(python: PythonProject): Candidate | null {
  const django = djangoProject(python);
  if (django === undefined) return null;
  const { rank, web, warnings } = server(python, django);
  return {
    framework: "Django",
    rank,
    evidence: [
      ...dependencyEvidence(python.dependencies.get("django")),
      { file: django.manage, what: `Django's settings are ${django.package}.settings` },
    ],
    web,
    warnings: [...warnings, ...settingsWarnings(python, django)],
  };
}

export function djangoRelease(python: PythonProject): ProposedProcess | null {
  const django = djangoProject(python);
  if (django === undefined) return null;
  const manage = django.directory === "." ? "manage.py" : django.manage;
  return { command: `${python.runner.python(".")} ${manage} migrate --noinput`, why: "Django's migrations." };
}
