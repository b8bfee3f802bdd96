import type { Candidate } from "../detection.ts";
import { type Project, placeOf } from "../project.ts";
import { dependencyEvidence, type PythonProject, through } from "./web.ts";

/** Files that people start, most telling first. */
const ENTRIES: readonly string[] = [
  "streamlit_app",
  "app",
  "main",
  "Home",
  "home",
  "server",
  "run",
  "dashboard",
  "demo",
  "index",
];

function entryOf(project: Project, imports: RegExp): string | undefined {
  const rank = (file: string): number => {
    const at = ENTRIES.indexOf(file.replace(/^.*\//, "").replace(/\.py$/, ""));
    return (file.split("/").length - 1) * 100 + (at === -1 ? 99 : at);
  };
  return project
    .sources(/\.py$/)
    .filter((file) => !/(?:^|\/)pages\//.test(file) && imports.test(project.text(file)))
    .sort((a, b) => rank(a) - rank(b))[0];
}

function streamlit({ project, dependencies, runner }: PythonProject): Candidate | null {
  const file = entryOf(project, /^\s*(?:import|from)\s+streamlit\b/m);
  if (file === undefined) return null;
  return {
    framework: "Streamlit",
    rank: "framework",
    evidence: [...dependencyEvidence(dependencies.get("streamlit")), { file, what: "imports streamlit" }],
    web: {
      command: `${runner.tool("streamlit", ".")} run ${file} --server.port $PORT --server.address $HOST --server.headless true`,
      why: `Streamlit runs ${file}${through(runner)}.`,
      health: { path: "/_stcore/health", why: "Streamlit's own." },
      sticky: { why: "Streamlit keeps a visitor's state in the instance that holds their WebSocket." },
    },
    warnings: [],
  };
}

function gradio({ project, dependencies, runner }: PythonProject): Candidate | null {
  const file = entryOf(project, /^\s*(?:import|from)\s+gradio\b/m);
  if (file === undefined) return null;
  const fixed = project.line([file], /\.launch\([^)]*\bserver_port\s*=\s*(\d+)/);
  return {
    framework: "Gradio",
    rank: "framework",
    evidence: [...dependencyEvidence(dependencies.get("gradio")), { file, what: "imports gradio" }],
    web: {
      command: `GRADIO_SERVER_NAME=$HOST GRADIO_SERVER_PORT=$PORT ${runner.python(".")} ${file}`,
      why: `${file} launches Gradio, which reads its address from these variables${through(runner)}.`,
      sticky: { why: "Gradio keeps a visitor's session in the instance that began it." },
    },
    warnings:
      fixed === undefined
        ? []
        : [
            `${placeOf(fixed)} fixes port ${fixed.match[1]}, and every instance needs its own: remove server_port there.`,
          ],
  };
}

/** Servers that a script starts by itself, and that say so by what they call. */
const SELF_STARTING: readonly (readonly [framework: string, pattern: RegExp])[] = [
  ["aiohttp", /^\s*(?:aiohttp\.)?web\.run_app\(/],
  ["Sanic", /^\s*\w+\.run\(|Sanic\(/],
  ["Tornado", /\.listen\(|HTTPServer\(/],
  ["Python", /\bHTTPServer\(\s*\(|make_server\(/],
];

function selfStarting({ project, dependencies, runner }: PythonProject): Candidate | null {
  for (const [framework, pattern] of SELF_STARTING) {
    const module =
      framework === "Python"
        ? /^\s*(?:from|import)\s+(?:http\.server|wsgiref|socketserver)/m
        : new RegExp(`^\\s*(?:from|import)\\s+${framework.toLowerCase()}\\b`, "m");
    const files = project.sources(/\.py$/).filter((file) => module.test(project.text(file)));
    const line = project.line(files, pattern);
    if (line === undefined) continue;
    return {
      framework,
      rank: "script",
      evidence: [
        ...dependencyEvidence(dependencies.get(framework.toLowerCase())),
        { file: placeOf(line), what: line.text },
      ],
      web: { command: `${runner.python(".")} ${line.file}`, why: `${line.file} starts the server${through(runner)}.` },
      warnings: [],
    };
  }
  return null;
}

/** Frameworks that run a script rather than import an object. */
export function scriptApps(python: PythonProject): Candidate[] {
  return [streamlit(python), gradio(python), selfStarting(python)].filter((candidate) => candidate !== null);
}
