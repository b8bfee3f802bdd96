import { namesPort } from "./command.ts";
import { type Line, type Project, placeOf } from "./project.ts";

/** How each language asks for the port in the environment; Gin does so where `Run` is given no address. */
const READS =
  /process\.env\.PORT\b|process\.env\[\s*["'\x60]PORT["'\x60]|\{[^}]*\bPORT\b[^}]*\}\s*=\s*(?:process\.)?env\b|\b\w*env\w*\.PORT\b|\bPORT\s*:\s*(?:z|Joi|port|num|str|Type)\b|Bun\.env\.PORT|Deno\.env\.get\(\s*["']PORT["']|environ(?:\.get)?[([]\s*["']PORT["']|getenv\(\s*["']PORT["']|ENV\[\s*["']PORT["']\s*\]|ENV\.fetch\(\s*["']PORT["']|Getenv\(\s*"PORT"|\benv(?:\.\w+)?\(\s*["']PORT["']|\$_ENV\[["']PORT["']\]|\.Run\(\)/i;

/** Servers that listen on `$PORT` unless they are told otherwise. */
const DEFAULTS = /\bgunicorn\b(?!.*\s(?:-b|--bind))/;

/** A number where a server is told to listen. The first group is the number. */
const FIXED: readonly RegExp[] = [
  /\.listen\(\s*(\d{2,5})\b/,
  /\.listen\(\s*\{[^}]*\bport\s*:\s*(\d{2,5})\b/,
  /\b(?:serve|Bun\.serve)\(\s*\{[^}]*\bport\s*:\s*(\d{2,5})\b/,
  /\.run\([^)]*\bport\s*=\s*(\d{2,5})\b/,
  /\brun_app\([^)]*\bport\s*=\s*(\d{2,5})\b/,
  /\bHTTPServer\(\s*\(\s*[^,)]*,\s*(\d{2,5})\s*\)/,
  /\bmake_server\([^,)]*,\s*(\d{2,5})\b/,
  /ListenAndServe\(\s*"[^":]*:(\d{2,5})"/,
  /^\s*(?:export\s+)?(?:const|let|var)\s+port\s*(?::\s*number\s*)?=\s*(\d{2,5})\b/i,
  /^port\s*=\s*(\d{2,5})\b/i,
];

const REMEDIES: readonly (readonly [extension: RegExp, remedy: string])[] = [
  [/\.py$/, 'int(os.environ.get("PORT", $))'],
  [/\.go$/, 'os.Getenv("PORT")'],
  [/\.rb$/, 'ENV.fetch("PORT", $)'],
  [/\.php$/, 'getenv("PORT")'],
  [/./, "process.env.PORT ?? $"],
];

function fixedPort(project: Project): Line | undefined {
  for (const pattern of FIXED) {
    const line = project.line(project.sources(), pattern);
    if (line !== undefined) return line;
  }
  return undefined;
}

/** What the user must change, or look at, so that each instance listens on its own `$PORT`. */
export function portWarnings(project: Project, command: string): string[] {
  if (namesPort(command) || DEFAULTS.test(command)) return [];
  const reads = project.line(project.sources(), READS);
  if (reads !== undefined) return [];
  const fixed = fixedPort(project);
  if (fixed === undefined) {
    return ["Nothing was seen that reads $PORT: each instance must listen on the port that it finds there."];
  }
  const number = fixed.match[1] ?? "";
  const remedy = (REMEDIES.find(([extension]) => extension.test(fixed.file))?.[1] ?? "").replace("$", number);
  return [
    `${placeOf(fixed)} always listens on ${number}, and each instance needs a port of its own. Use ${remedy} there: ${fixed.text}`,
  ];
}
