import type { Project } from "../project.ts";

/** What of `package.json` matters. */
export interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  /** Names of all dependencies, those for development too. */
  readonly dependencies: ReadonlySet<string>;
  readonly main: string | undefined;
  /** The range of `engines.node`. */
  readonly engine: string | undefined;
  readonly isWorkspace: boolean;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record(value)).flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : [])),
  );
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Reads `package.json`; `undefined` when there is none, or it is no JSON. */
export function readManifest(project: Project): Manifest | undefined {
  if (!project.has("package.json")) return undefined;
  let raw: Readonly<Record<string, unknown>>;
  try {
    raw = record(JSON.parse(project.text("package.json").replace(/^\uFEFF/, "")));
  } catch {
    return undefined;
  }
  const dependencies = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((key) =>
    Object.keys(record(raw[key])),
  );
  return {
    scripts: texts(raw.scripts),
    dependencies: new Set(dependencies),
    main: text(raw.main),
    engine: text(record(raw.engines).node),
    isWorkspace: raw.workspaces !== undefined || project.has("pnpm-workspace.yaml"),
  };
}

/** A Node project, as its detectors see it. */
export interface NodeProject {
  readonly project: Project;
  readonly manifest: Manifest;
}

const MANAGERS: readonly (readonly [file: string, manager: string])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
];

export function packageManager({ project }: NodeProject): string {
  return MANAGERS.find(([file]) => project.has(file))?.[1] ?? "npm";
}

/** `npm run build`: how people run a script. */
export function runScript(node: NodeProject, script: string): string {
  const manager = packageManager(node);
  return manager === "npm" || manager === "bun" ? `${manager} run ${script}` : `${manager} ${script}`;
}

/** A program of a dependency, started without a package manager in between, which would cost memory and swallow signals. */
export function binary({ project }: NodeProject, name: string): string {
  return project.has(".pnp.cjs") ? `yarn exec ${name}` : `node_modules/.bin/${name}`;
}
