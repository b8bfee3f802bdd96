import type { Candidate, Evidence, Rank } from "../detection.ts";
import { type Project, placeOf } from "../project.ts";
import { type AppObject, directoryOf, findApp, gunicornTarget } from "./app.ts";
import type { Dependency } from "./dependencies.ts";
import type { Runner } from "./runner.ts";

/** What detectors of Python frameworks look at. */
export interface PythonProject {
  readonly project: Project;
  readonly dependencies: ReadonlyMap<string, Dependency>;
  readonly runner: Runner;
}

/** Frameworks by the constructor of their application object, and the package that brings it. */
interface Framework {
  readonly name: string;
  readonly package: string;
  readonly constructors: string;
}

const ASGI: readonly Framework[] = [
  { name: "FastAPI", package: "fastapi", constructors: "FastAPI" },
  { name: "Litestar", package: "litestar", constructors: "Litestar" },
  { name: "Quart", package: "quart", constructors: "Quart" },
  { name: "Starlette", package: "starlette", constructors: "Starlette" },
];

const WSGI: readonly Framework[] = [
  { name: "Dash", package: "dash", constructors: "Dash" },
  { name: "Flask", package: "flask", constructors: "Flask|APIFlask" },
  { name: "Falcon", package: "falcon", constructors: "App|API" },
  { name: "Bottle", package: "bottle", constructors: "Bottle" },
];

/** Why a tool is started the way it is, as a part of a sentence. */
export function through(runner: Runner): string {
  return runner.why === null ? "" : ` (${runner.why})`;
}

export function dependencyEvidence(dependency: Dependency | undefined): Evidence[] {
  return dependency === undefined ? [] : [{ file: dependency.file, what: `depends on ${dependency.name}` }];
}

function appEvidence(app: AppObject): Evidence {
  return { file: placeOf(app.line), what: app.line.text.replace(/\($/, "(...)") };
}

/** The object, when the framework is really used: Falcon's `App` could be anybody's. */
function appOf({ project, dependencies }: PythonProject, framework: Framework): AppObject | undefined {
  const app = findApp(project, framework.constructors);
  if (app === undefined) return undefined;
  const imports = new RegExp(String.raw`^\s*(?:from|import)\s+${framework.package}\b`, "m");
  const used = dependencies.has(framework.package) || imports.test(project.text(app.line.file));
  return used ? app : undefined;
}

function asgi(python: PythonProject, framework: Framework): Candidate | null {
  const app = appOf(python, framework);
  if (app === undefined) return null;
  const { dependencies, runner } = python;
  const server = dependencies.has("hypercorn") && !dependencies.has("uvicorn") ? "hypercorn" : "uvicorn";
  const listen = server === "uvicorn" ? "--host $HOST --port $PORT" : "--bind $HOST:$PORT";
  const target = `${app.name}:${app.object}${app.isFactory ? (server === "uvicorn" ? " --factory" : "()") : ""}`;
  return {
    framework: framework.name,
    rank: "framework",
    evidence: [...dependencyEvidence(dependencies.get(framework.package)), appEvidence(app)],
    web: {
      command: `${runner.tool(server, app.directory)} ${target} ${listen}`,
      ...directoryOf(app),
      why: `${server === "uvicorn" ? "Uvicorn" : "Hypercorn"} serves ${app.object} of ${app.line.file}${through(runner)}.`,
    },
    warnings: [],
  };
}

interface WsgiServer {
  readonly rank: Rank;
  readonly command: string;
  readonly why: string;
  readonly warnings: readonly string[];
}

/** Threads, since one instance of Gunicorn otherwise answers one request at a time, a health check included. */
function wsgiServer({ dependencies, runner }: PythonProject, app: AppObject, isFlask: boolean): WsgiServer | null {
  const where = `${app.object} of ${app.line.file}${through(runner)}`;
  if (dependencies.has("gunicorn")) {
    return {
      rank: "framework",
      command: `${runner.tool("gunicorn", app.directory)} --bind $HOST:$PORT --threads 8 ${gunicornTarget(app)}`,
      why: `Gunicorn serves ${where}. One process with threads: Tenfold runs the instances.`,
      warnings: [],
    };
  }
  if (dependencies.has("waitress")) {
    const target = app.isFactory ? `--call ${app.name}:${app.object}` : `${app.name}:${app.object}`;
    return {
      rank: "framework",
      command: `${runner.tool("waitress", app.directory)} --host=$HOST --port=$PORT ${target}`,
      why: `Waitress serves ${where}.`,
      warnings: [],
    };
  }
  if (!isFlask) return null;
  return {
    rank: "development",
    command: `${runner.tool("flask", app.directory)} --app ${app.name}${app.isFactory ? "" : `:${app.object}`} run --host $HOST --port $PORT`,
    why: `Flask's own server runs ${where}.`,
    warnings: [
      "flask run is a development server. For real traffic add gunicorn to the requirements and run init again.",
    ],
  };
}

/** Dash wraps a Flask object, which is what a server needs: `server = app.server`. */
function dashServer(project: Project, app: AppObject): AppObject {
  const line = project.line([app.line.file], new RegExp(String.raw`^(\w+)\s*=\s*${app.object}\.server\b`));
  return { ...app, object: line?.match[1] ?? `${app.object}.server` };
}

function wsgi(python: PythonProject, framework: Framework): Candidate | null {
  const found = appOf(python, framework);
  if (found === undefined) return null;
  const app = framework.name === "Dash" ? dashServer(python.project, found) : found;
  const server = wsgiServer(python, app, framework.name === "Flask");
  const evidence = [...dependencyEvidence(python.dependencies.get(framework.package)), appEvidence(found)];
  if (server === null) {
    const file = found.line.file;
    return {
      framework: framework.name,
      rank: "development",
      evidence,
      web: { command: `${python.runner.python(".")} ${file}`, why: `${file} starts ${framework.name}'s own server.` },
      warnings: [
        `${framework.name}'s own server is for development. Add gunicorn to the requirements and run init again.`,
      ],
    };
  }
  return {
    framework: framework.name,
    rank: server.rank,
    evidence,
    web: { command: server.command, ...directoryOf(app), why: server.why },
    warnings: server.warnings,
  };
}

/** Frameworks whose object a server imports. */
export function importedApps(python: PythonProject): Candidate[] {
  return [
    ...ASGI.map((framework) => asgi(python, framework)),
    ...WSGI.map((framework) => wsgi(python, framework)),
  ].filter((candidate) => candidate !== null);
}
