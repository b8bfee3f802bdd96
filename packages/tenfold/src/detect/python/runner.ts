import type { Project } from "../project.ts";

/** How Python and its tools are started in this project. */
export interface Runner {
  /** A tool that is also a module: `gunicorn`, `celery`. `directory` is where it runs. */
  tool(name: string, directory: string): string;
  /** A tool that is a program only: `huey_consumer`. */
  script(name: string, directory?: string): string;
  /** The interpreter itself. */
  python(directory: string): string;
  /** Why so: `.venv is the project's virtual environment`. */
  readonly why: string | null;
}

const ENVIRONMENTS: readonly string[] = [".venv", "venv", "env"];

const MANAGERS: readonly (readonly [file: string, command: string])[] = [
  ["uv.lock", "uv run"],
  ["poetry.lock", "poetry run"],
  ["pdm.lock", "pdm run"],
  ["Pipfile.lock", "pipenv run"],
  ["Pipfile", "pipenv run"],
];

/** Tools whose module has another name, or that have none to run. */
const MODULES: Readonly<Record<string, string>> = { rq: "rq.cli" };

/** A path from a directory below the project: `../.venv/bin/python`. */
function upFrom(directory: string, path: string): string {
  const depth = directory === "." ? 0 : directory.split("/").length;
  return `${"../".repeat(depth)}${path}`;
}

/** A virtual environment beside the files wins, then the manager whose lock file is there, then `python3`. */
export function pythonRunner(project: Project): Runner {
  const environment = ENVIRONMENTS.find((name) => project.has(`${name}/bin/python`));
  if (environment !== undefined) {
    const python = (directory: string): string => upFrom(directory, `${environment}/bin/python`);
    return {
      python,
      tool: (name, directory) => `${python(directory)} -m ${MODULES[name] ?? name}`,
      script: (name, directory = ".") => upFrom(directory, `${environment}/bin/${name}`),
      why: `${environment} is the project's virtual environment`,
    };
  }
  const manager = MANAGERS.find(([file]) => project.has(file));
  if (manager !== undefined) {
    return {
      python: () => `${manager[1]} python`,
      tool: (name) => `${manager[1]} ${name}`,
      script: (name) => `${manager[1]} ${name}`,
      why: `${manager[0]} is there`,
    };
  }
  return {
    python: () => "python3",
    tool: (name) => `python3 -m ${MODULES[name] ?? name}`,
    script: (name) => name,
    why: null,
  };
}
