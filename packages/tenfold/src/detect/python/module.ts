import type { Project } from "../project.ts";

/** Where a Python file is imported from, and as what: `backend` and `shop.main` for `backend/shop/main.py`. */
export interface PythonModule {
  readonly directory: string;
  readonly name: string;
}

function join(directory: string, name: string): string {
  return directory === "." ? name : `${directory}/${name}`;
}

/** Whether a file imports its neighbours by their bare names, which works from its own directory only. */
function importsNeighbours(project: Project, file: string, directory: string): boolean {
  const imported = [...project.text(file).matchAll(/^\s*(?:from|import)\s+(\w+)/gm)].map((match) => match[1] ?? "");
  return imported.some(
    (name) =>
      (project.has(join(directory, `${name}.py`)) || project.has(join(directory, `${name}/__init__.py`))) &&
      !project.has(`${name}.py`) &&
      !project.has(`${name}/__init__.py`),
  );
}

/**
 * The module of a file. It is imported from the project's directory, unless that cannot work: below `src`, and where it
 * imports neighbours of a directory that is no package.
 */
export function moduleOf(project: Project, file: string): PythonModule {
  const parts = file.replace(/\.py$/, "").split("/");
  if (parts.at(-1) === "__init__") parts.pop();
  const parents = parts.slice(0, -1);
  const isPackage = (depth: number): boolean => project.has(`${parents.slice(0, depth).join("/")}/__init__.py`);
  let root = 0;
  if (parents[0] === "src" && !isPackage(1)) root = 1;
  const own = parents.join("/");
  if (parents.length > root && !isPackage(parents.length) && importsNeighbours(project, file, own))
    root = parents.length;
  return { directory: root === 0 ? "." : parents.slice(0, root).join("/"), name: parts.slice(root).join(".") || "app" };
}
