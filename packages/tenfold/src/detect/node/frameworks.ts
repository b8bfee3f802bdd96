import type { Candidate, Evidence } from "../detection.ts";
import { placeOf } from "../project.ts";
import { binary, type NodeProject, runScript } from "./manifest.ts";
import { resolveScript } from "./start.ts";

/** A framework that brings its own server, and how that is started. */
interface Framework {
  readonly name: string;
  readonly package: string;
  start(node: NodeProject): Start | null;
}

interface Start {
  readonly command: string;
  readonly why: string;
  /** What must be there before: the script that makes it. */
  readonly build?: string;
  readonly warnings?: readonly string[];
}

const LISTEN = "--port $PORT --host $HOST";

function next(node: NodeProject): Start {
  const { project } = node;
  const config = project.paths(/^next\.config\.[cm]?[jt]s$/);
  const output = project.line(config, /\boutput\s*:\s*["'](standalone|export)["']/);
  if (output?.match[1] === "standalone") {
    return {
      command: "HOSTNAME=$HOST node .next/standalone/server.js",
      why: `${placeOf(output)} makes a standalone server.`,
      build: "build",
      warnings: ["A standalone server does not copy .next/static and public: copy both beside it after the build."],
    };
  }
  const own = resolveScript(node, "start");
  if (own !== undefined && !/\bnext start\b/.test(own.command) && /\bnode\b|server/.test(own.command)) {
    return { command: own.command, why: "package.json starts a server of its own.", build: "build" };
  }
  const warnings =
    output === undefined ? [] : [`${placeOf(output)} exports static files, which next start does not serve.`];
  return {
    command: `${binary(node, "next")} start --port $PORT --hostname $HOST`,
    why: "Next.js serves what next build made.",
    build: "build",
    warnings,
  };
}

function svelteKit(node: NodeProject): Start {
  if (node.manifest.dependencies.has("@sveltejs/adapter-node")) {
    return { command: "node build", why: "SvelteKit's Node adapter reads HOST and PORT.", build: "build" };
  }
  return {
    command: `${binary(node, "vite")} preview ${LISTEN} --strictPort`,
    why: "SvelteKit without its Node adapter has only Vite's preview.",
    build: "build",
    warnings: ["vite preview is not made for real traffic: add @sveltejs/adapter-node and run init again."],
  };
}

function nest(node: NodeProject): Start {
  const own = resolveScript(node, "start:prod");
  return { command: own?.command ?? "node dist/main", why: "NestJS, as it was compiled.", build: "build" };
}

function reactRouter(program: string): (node: NodeProject) => Start | null {
  return (node) => {
    const own = resolveScript(node, "start");
    const command = own?.command ?? `${binary(node, program)} ./build/server/index.js`;
    return { command, why: `${program} reads HOST and PORT.`, build: "build" };
  };
}

function astro({ manifest }: NodeProject): Start | null {
  if (!manifest.dependencies.has("@astrojs/node")) return null;
  return { command: "node dist/server/entry.mjs", why: "Astro's Node adapter reads HOST and PORT.", build: "build" };
}

const FRAMEWORKS: readonly Framework[] = [
  { name: "Next.js", package: "next", start: next },
  {
    name: "Nuxt",
    package: "nuxt",
    start: () => ({
      command: "node .output/server/index.mjs",
      why: "Nuxt's server reads HOST and PORT.",
      build: "build",
    }),
  },
  { name: "Remix", package: "@remix-run/serve", start: reactRouter("remix-serve") },
  { name: "React Router", package: "@react-router/serve", start: reactRouter("react-router-serve") },
  { name: "SvelteKit", package: "@sveltejs/kit", start: svelteKit },
  { name: "Astro", package: "astro", start: astro },
  { name: "NestJS", package: "@nestjs/core", start: nest },
  {
    name: "AdonisJS",
    package: "@adonisjs/core",
    start: () => ({ command: "node build/bin/server.js", why: "AdonisJS, as it was built.", build: "build" }),
  },
  {
    name: "Strapi",
    package: "@strapi/strapi",
    start: (node) => ({
      command: `${binary(node, "strapi")} start`,
      why: "Strapi reads HOST and PORT.",
      build: "build",
    }),
  },
];

/** Where a build puts what it makes; its absence is worth a warning. */
const BUILT: Readonly<Record<string, RegExp>> = {
  "Next.js": /^\.next\/BUILD_ID$/,
  Nuxt: /^\.output\/server\/index\.mjs$/,
};

function buildWarning(node: NodeProject, framework: string, script: string | undefined): string[] {
  if (script === undefined || node.manifest.scripts[script] === undefined) return [];
  const built = BUILT[framework];
  if (built !== undefined && node.project.paths(built).length > 0) return [];
  return [`It must be built before tenfold up: ${runScript(node, script)}`];
}

/** Frameworks that bring their own server. */
export function nodeFrameworks(node: NodeProject): Candidate[] {
  return FRAMEWORKS.flatMap((framework) => {
    if (!node.manifest.dependencies.has(framework.package)) return [];
    const start = framework.start(node);
    if (start === null) return [];
    const evidence: Evidence[] = [{ file: "package.json", what: `depends on ${framework.package}` }];
    return [
      {
        framework: framework.name,
        rank: "framework" as const,
        evidence,
        web: { command: start.command, why: start.why },
        warnings: [...buildWarning(node, framework.name, start.build), ...(start.warnings ?? [])],
      },
    ];
  });
}
