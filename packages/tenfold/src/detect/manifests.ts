import { readManifest } from "./node/manifest.ts";
import type { Project } from "./project.ts";
import { pythonDependencies } from "./python/dependencies.ts";
import { gemsOf } from "./ruby.ts";

/** A package, by the name that its own registry has for it, and the file that asks for it. */
export interface Package {
  readonly name: string;
  readonly file: string;
}

/** Everything that a project depends on, whatever its language: npm, PyPI, RubyGems, Go, Composer. */
export function allPackages(project: Project): Package[] {
  const node = [...(readManifest(project)?.dependencies ?? [])].map((name) => ({ name, file: "package.json" }));
  const python = [...pythonDependencies(project).values()];
  const ruby = [...gemsOf(project)].map((name) => ({ name, file: "Gemfile" }));
  const go = [...project.text("go.mod").matchAll(/^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/[\w./-]+)\s+v[^\n/]*$/gm)].map(
    (match) => ({
      name: match[1] ?? "",
      file: "go.mod",
    }),
  );
  const php = [...project.text("composer.json").matchAll(/"([\w-]+\/[\w-]+|ext-\w+)"\s*:/g)].map((match) => ({
    name: match[1] ?? "",
    file: "composer.json",
  }));
  return [...node, ...python, ...ruby, ...go, ...php];
}
