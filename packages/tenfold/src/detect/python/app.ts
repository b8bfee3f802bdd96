import type { Line, Project } from "../project.ts";
import { moduleOf, type PythonModule } from "./module.ts";

/** The object that a server imports: `shop.main:app`. */
export interface AppObject extends PythonModule {
  /** `app`, or `create_app()` for a factory. */
  readonly object: string;
  readonly isFactory: boolean;
  /** Where it is made. */
  readonly line: Line;
}

/** Files that usually hold the object, most telling first. */
const USUAL: readonly string[] = [
  "wsgi",
  "asgi",
  "app",
  "main",
  "application",
  "server",
  "api",
  "run",
  "__init__",
  "index",
];

function usualness(file: string): number {
  const name = file.replace(/^.*\//, "").replace(/\.py$/, "");
  const at = USUAL.indexOf(name);
  return at === -1 ? USUAL.length : at;
}

function sourcesByUse(project: Project): string[] {
  const depth = (path: string): number => path.split("/").length;
  return project
    .sources(/\.py$/)
    .sort((a, b) => usualness(a) - usualness(b) || depth(a) - depth(b) || (a < b ? -1 : 1));
}

function objectAt(project: Project, line: Line, object: string, isFactory: boolean): AppObject {
  return { ...moduleOf(project, line.file), object, isFactory, line };
}

/**
 * Finds the object that is made by calling one of the given constructors (a pattern such as `Flask`), at the top level of
 * a module: the object itself, an object that a factory made, or the factory.
 */
export function findApp(project: Project, constructors: string): AppObject | undefined {
  const files = sourcesByUse(project);
  const constructing = new RegExp(String.raw`\b(?:${constructors})\(`);
  const made = project.line(
    files,
    new RegExp(String.raw`^(\w+)\s*(?::\s*[\w.]+\s*)?=\s*(?:\w+\.)?(?:${constructors})\(`),
  );
  // A factory of the same name style may make something else that the application has, such as its Celery.
  const users = files.filter((file) => new RegExp(constructors).test(project.text(file)));
  const factories = [
    ...project.lines(users, /^(?:async )?def ((?:create|make|get|build)_(?:\w*_)?(?:app|application|server))\(/),
  ];
  const factory = factories.find(
    ({ file, match }) => !/celery|worker/.test(match[1] ?? "") && constructing.test(project.text(file)),
  );
  const name = factory?.match[1];
  if (name !== undefined && factory !== undefined) {
    // Elsewhere, such as in a script for migrations, it is called for another purpose.
    const usual = files.filter((file) => usualness(file) < USUAL.length);
    const called = project.line(usual, new RegExp(String.raw`^(\w+)\s*(?::\s*[\w.]+\s*)?=\s*(?:\w+\.)?${name}\(`));
    if (called?.match[1] !== undefined) return objectAt(project, called, called.match[1], false);
    if (made === undefined) return objectAt(project, factory, name, true);
  }
  return made?.match[1] === undefined ? undefined : objectAt(project, made, made.match[1], false);
}

/** `shop.main:app`, or `shop:create_app()` as Gunicorn calls a factory. */
export function gunicornTarget(app: AppObject): string {
  return app.isFactory ? `'${app.name}:${app.object}()'` : `${app.name}:${app.object}`;
}

/** Where it runs, for a process; absent when that is the project's own directory. */
export function directoryOf(module: PythonModule): { readonly directory?: string } {
  return module.directory === "." ? {} : { directory: module.directory };
}
