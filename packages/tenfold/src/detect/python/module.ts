import type { Project } from "../project.ts";

/** Where a Python file is imported from, and as what: `backend` and `shop.main` for `backend/shop/main.py`. */
export interface PythonModule {
  readonly directory: string;
  readonly name: string;
}

/** Names that a file imports absolutely: the first part of each. */
function importsOf(project: Project, file: string): string[] {
  return [...project.text(file).matchAll(/^\s*(?:from|import)\s+(\w+)/gm)].map((match) => match[1] ?? "");
}

/** Whether a name can be imported from a directory: a module, or a package with or without `__init__.py`. */
function holds(project: Project, directory: string, name: string): boolean {
  const path = directory === "" ? name : `${directory}/${name}`;
  return project.has(`${path}.py`) || project.hasBelow(path);
}

/** For a file that imports nothing of the project: where it must be imported from for others to import it as they do. */
function rootOfImporters(project: Project, parts: readonly string[]): number | undefined {
  const sources = project.sources(/\.py$/);
  const counts = parts.map((_, depth) => {
    const name = parts.slice(depth).join("\\.");
    const pattern = new RegExp(String.raw`^\s*(?:from|import)\s+${name}\b`);
    return [...project.lines(sources, pattern)].length;
  });
  const most = Math.max(...counts);
  return most === 0 ? undefined : counts.indexOf(most);
}

/**
 * The module of a file. It is imported from the directory in which what it imports itself can be found; the project's
 * own when that says nothing, or `src` when it is below that.
 */
export function moduleOf(project: Project, file: string): PythonModule {
  const parts = file.replace(/\.py$/, "").split("/");
  if (parts.at(-1) === "__init__") parts.pop();
  const parents = file.split("/").slice(0, -1);
  const imports = importsOf(project, file);
  let root = parents[0] === "src" && !project.has("src/__init__.py") ? 1 : 0;
  let most = 0;
  for (let depth = 0; depth <= parents.length; depth += 1) {
    const found = imports.filter((name) => holds(project, parents.slice(0, depth).join("/"), name)).length;
    if (found > most) {
      most = found;
      root = depth;
    }
  }
  if (most === 0) root = rootOfImporters(project, parts) ?? root;
  // A package cannot be imported from within itself.
  root = Math.min(root, parts.length - 1);
  return { directory: root === 0 ? "." : parents.slice(0, root).join("/"), name: parts.slice(root).join(".") };
}
