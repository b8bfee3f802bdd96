import type { Candidate } from "../detection.ts";
import { binary, type NodeProject, runScript } from "./manifest.ts";
import { entryFile, resolveScript, runFile } from "./start.ts";

/** Libraries that a server is written with, by package. */
const LIBRARIES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Fastify", /^fastify$/],
  ["Express", /^express$/],
  ["Koa", /^koa$/],
  ["Hono", /^(?:hono|@hono\/node-server)$/],
  ["hapi", /^@hapi\/hapi$/],
  ["Elysia", /^elysia$/],
  ["Polka", /^polka$/],
  ["Restify", /^restify$/],
  ["Socket.IO", /^socket\.io$/],
];

function libraryOf({ manifest }: NodeProject): { name: string; package: string } | undefined {
  for (const [name, pattern] of LIBRARIES) {
    const found = [...manifest.dependencies].find((dependency) => pattern.test(dependency));
    if (found !== undefined) return { name, package: found };
  }
  return undefined;
}

/** A script that starts the application for real comes before one that may watch files. */
const SCRIPTS: readonly string[] = ["start:prod", "start:production", "serve:prod", "start", "serve"];

/** Programs that only serve a developer. */
const DEVELOPMENT =
  /\b(?:react-scripts start|vite(?: dev| serve)?(?:\s|$)|next dev|nuxt dev|webpack(?:-dev-server| serve)|ng serve|vue-cli-service serve|parcel|astro dev)/;

function compiled(command: string): boolean {
  return /\b(?:dist|build|lib|out)\//.test(command);
}

function fromScript(node: NodeProject): Candidate | null {
  const library = libraryOf(node);
  for (const name of SCRIPTS) {
    const text = node.manifest.scripts[name] ?? "";
    const resolved = DEVELOPMENT.test(text) && !/vite preview/.test(text) ? undefined : resolveScript(node, name);
    if (resolved === undefined) continue;
    const build = node.manifest.scripts.build !== undefined && (compiled(resolved.command) || /\bbuild && /.test(text));
    const notes = [...(resolved.note === null ? [] : [resolved.note]), ...resolved.changes];
    return {
      framework: library?.name ?? "Node.js",
      rank: "script",
      evidence: [
        ...(library === undefined ? [] : [{ file: "package.json", what: `depends on ${library.package}` }]),
        { file: "package.json", what: `scripts.${name} is ${text}` },
      ],
      web: {
        command: resolved.command,
        why: `package.json's ${name} script${notes.length > 0 ? `; ${notes.join("; ")}` : ""}.`,
      },
      warnings: build ? [`It must be built before tenfold up: ${runScript(node, "build")}`] : [],
    };
  }
  return null;
}

function fromEntry(node: NodeProject): Candidate | null {
  const file = entryFile(node);
  if (file === undefined) return null;
  const library = libraryOf(node);
  const { command, warnings } = runFile(node, file);
  return {
    framework: library?.name ?? "Node.js",
    rank: "guess",
    evidence: [
      ...(library === undefined ? [] : [{ file: "package.json", what: `depends on ${library.package}` }]),
      { file, what: "starts a server" },
    ],
    web: { command, why: `${file} starts a server, and package.json has no start script.` },
    warnings,
  };
}

/** A page without a server of its own: what Vite built can at least be looked at. */
function fromVite(node: NodeProject): Candidate | null {
  if (!node.manifest.dependencies.has("vite")) return null;
  return {
    framework: "Vite",
    rank: "guess",
    evidence: [{ file: "package.json", what: "depends on vite" }],
    web: {
      command: `${binary(node, "vite")} preview --port $PORT --host $HOST --strictPort`,
      why: "Vite's preview serves what vite build made.",
    },
    warnings: [
      `It must be built before tenfold up: ${runScript(node, "build")}`,
      "These are static files, which a web server or a CDN serves better than a fleet.",
    ],
  };
}

/** Servers that the project itself starts. */
export function nodeServers(node: NodeProject): Candidate[] {
  return [fromScript(node), fromEntry(node), fromVite(node)].filter((candidate) => candidate !== null);
}
