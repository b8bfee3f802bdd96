import { type Adapted, adaptCommand } from "../command.ts";
import { binary, type NodeProject, runScript } from "./manifest.ts";

/** What a script of `package.json` comes down to. */
export interface Resolved extends Adapted {
  /** Why it is not the script's own text; `null` when it is. */
  readonly note: string | null;
}

/** Programs that are on every machine with Node, or that a shell brings. */
const EVERYWHERE: ReadonlySet<string> = new Set(["node", "npx", "bun", "deno", "sh", "bash", "exec"]);

/** Programs that restart on every change, and the one that they stand for. */
const WATCHERS: Readonly<Record<string, string>> = {
  nodemon: "node",
  "node-dev": "node",
  "ts-node-dev": "ts-node",
  tsnd: "ts-node",
};

/** PM2 runs instances of its own, which Tenfold does: the script that its file names is what is wanted. */
function withoutPm2({ project }: NodeProject, words: readonly string[]): string | undefined {
  const file = words.find((word) => /^[\w./-]+\.(?:config\.)?(?:[cm]?js|json)$/.test(word));
  if (file === undefined) return undefined;
  if (!/ecosystem|pm2|process/.test(file)) return file;
  return /["']?script["']?\s*:\s*["']([^"']+)["']/.exec(project.text(file))?.[1];
}

function withoutWatching(node: NodeProject, words: readonly string[]): { words: string[]; note: string | null } {
  const [program = "", ...rest] = words;
  if (program === "pm2" || program === "pm2-runtime") {
    const script = withoutPm2(node, rest);
    const note = "PM2 is left out, since Tenfold runs the instances";
    return script === undefined ? { words: [...words], note: null } : { words: ["node", script], note };
  }
  const instead = WATCHERS[program];
  if (instead !== undefined) {
    const file = rest.find((word) => /\.[cm]?[jt]s$/.test(word)) ?? rest.at(-1) ?? "";
    const runner = instead === "node" && /\.[cm]?ts$/.test(file) ? "ts-node" : instead;
    return { words: [runner, file], note: `${program} is for development, so ${runner} runs the file` };
  }
  const watch = rest.findIndex((word) => word === "--watch" || (program === "tsx" && word === "watch"));
  if (watch === -1) return { words: [...words], note: null };
  return { words: [program, ...rest.filter((_, at) => at !== watch)], note: "watching is for development" };
}

/**
 * What a script comes down to: the very program that it starts, where that can be told. A package manager in between
 * would cost memory for each instance, and does not pass every signal on. `undefined` when there is no such script.
 */
export function resolveScript(node: NodeProject, name: string, depth = 0): Resolved | undefined {
  const text = node.manifest.scripts[name]?.trim();
  if (text === undefined || text === "") return undefined;
  const viaManager: Resolved = { ...adaptCommand(runScript(node, name)), note: null };
  const another = /^(?:npm|pnpm|yarn|bun)(?: run)? ([\w:-]+)$/.exec(text)?.[1];
  if (another !== undefined && depth < 5) return resolveScript(node, another, depth + 1) ?? viaManager;
  const afterBuild = /^(?:npm|pnpm|yarn|bun)(?: run)? build(?::\w+)? && ([^&|;<>`()\n]+)$/.exec(text)?.[1];
  if (afterBuild !== undefined && node.manifest.scripts[`pre${name}`] === undefined) {
    const rest: NodeProject = {
      ...node,
      manifest: { ...node.manifest, scripts: { ...node.manifest.scripts, [name]: afterBuild } },
    };
    const resolved = resolveScript(rest, name, depth + 1);
    return resolved === undefined
      ? undefined
      : { ...resolved, note: "the build is left out, since every instance would build" };
  }
  const isPlain = !/[&|;<>`()\n]|\$\(/.test(text) && node.manifest.scripts[`pre${name}`] === undefined;
  if (!isPlain) return viaManager;
  const words = text.split(/\s+/);
  const variables: string[] = [];
  while (/^(?:\w+=|cross-env$)/.test(words[0] ?? "")) {
    const word = words.shift() ?? "";
    if (word !== "cross-env") variables.push(word);
  }
  const { words: plain, note } = withoutWatching(node, words);
  const [program = "", ...rest] = plain;
  const started = EVERYWHERE.has(program) || program.includes("/") ? program : binary(node, program);
  return { ...adaptCommand([...variables, started, ...rest].join(" ")), note };
}

const ENTRIES: readonly string[] = ["server", "app", "index", "main"].flatMap((name) =>
  ["", "src/"].flatMap((parent) =>
    ["js", "mjs", "cjs", "ts", "mts"].map((extension) => `${parent}${name}.${extension}`),
  ),
);

const SERVES = /\.listen\(|createServer\(|\bserve\(|Bun\.serve\(/;

/** The file that seems to be the server, when no script says so. */
export function entryFile({ project, manifest }: NodeProject): string | undefined {
  const main = manifest.main?.replace(/^\.\//, "");
  const candidates = [...(main === undefined ? [] : [main]), ...ENTRIES].filter((file) => project.has(file));
  return candidates.find((file) => SERVES.test(project.text(file)));
}

/** Whether the Node that the project asks for runs TypeScript by itself: from 22.18 on. */
function runsTypeScript(engine: string | undefined): boolean {
  const [, major = "0", minor = "0"] = /(\d+)(?:\.(\d+))?/.exec(engine ?? "") ?? [];
  return Number(major) >= 23 || (Number(major) === 22 && Number(minor) >= 18);
}

/** How a file is started, by its extension and what the project has. */
export function runFile(node: NodeProject, file: string): { command: string; warnings: readonly string[] } {
  const { manifest, project } = node;
  if (!/\.[cm]?tsx?$/.test(file)) return { command: `node ${file}`, warnings: [] };
  if (project.has("bun.lock") || project.has("bun.lockb")) return { command: `bun ${file}`, warnings: [] };
  for (const runner of ["tsx", "ts-node"]) {
    if (manifest.dependencies.has(runner)) return { command: `${binary(node, runner)} ${file}`, warnings: [] };
  }
  const warnings = runsTypeScript(manifest.engine)
    ? []
    : [`${file} is TypeScript: Node runs it from version 22.18 on.`];
  return { command: `node ${file}`, warnings };
}
