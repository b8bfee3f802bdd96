import type { ProposedWeb } from "./detection.ts";
import { type Project, placeOf } from "./project.ts";

type Health = NonNullable<ProposedWeb["health"]>;

const PATH = String.raw`\/(?:api\/)?(?:health|healthz|health-check|healthcheck|_health|livez|readyz|up|ping)\/?`;

/**
 * A route on the application itself. One on a router may be mounted below a prefix that is not seen here, and a wrong
 * path would keep every instance from becoming ready, so those are left alone.
 */
const ROUTES: readonly RegExp[] = [
  new RegExp(
    String.raw`\b(?:app|server|fastify|application|api|web)\.(?:get|use|all|route)\(\s*["'\x60](${PATH})["'\x60]`,
  ),
  new RegExp(String.raw`^\s*@(?:app|application|server)\.(?:get|route|api_route)\(\s*["'](${PATH})["']`),
  new RegExp(String.raw`(?:pathname|\burl|\bpath)\s*===?\s*["'\x60](${PATH})["'\x60]`),
  new RegExp(String.raw`\bcase\s+["'\x60](${PATH})["'\x60]\s*:`),
  new RegExp(String.raw`\bHandle(?:Func)?\(\s*"(?:GET )?(${PATH})"`),
  new RegExp(String.raw`^\s*get\s+["'](${PATH})["']`),
];

/** Routes that are files. Each: the file, and the path that it answers. */
const FILES: readonly (readonly [pattern: RegExp, path: (match: RegExpExecArray) => string])[] = [
  [/^(?:src\/)?app\/(api\/(?:health|healthz|healthcheck))\/route\.[jt]s$/, (match) => `/${match[1]}`],
  [/^(?:src\/)?pages\/(api\/(?:health|healthz|healthcheck))\.[jt]s$/, (match) => `/${match[1]}`],
  [/^server\/(?:routes\/)?((?:api\/)?(?:health|healthz))(?:\.get)?\.[jt]s$/, (match) => `/${match[1]}`],
  [/^src\/routes\/((?:api\/)?(?:health|healthz))\/\+server\.[jt]s$/, (match) => `/${match[1]}`],
  [
    /^app\/routes\/((?:api\.)?(?:health|healthcheck|healthz))\.[jt]sx?$/,
    (match) => `/${(match[1] ?? "").replace(".", "/")}`,
  ],
];

/** Nest's routes come from classes, below a prefix if there is one. */
function nestRoute(project: Project): Health | null {
  const sources = project.sources(/\.[jt]s$/);
  const line = project.line(sources, /@Controller\(\s*["']\/?(health|healthz|api\/health)["']/);
  if (line === undefined || project.line(sources, /setGlobalPrefix\(/) !== undefined) return null;
  return { path: `/${line.match[1]}`, why: `${placeOf(line)}: ${line.text}` };
}

/** The path that the application answers when it is well, if one is certain. */
export function healthOf(project: Project): Health | null {
  for (const [pattern, path] of FILES) {
    for (const file of project.paths(pattern)) {
      const match = pattern.exec(file);
      if (match !== null) return { path: path(match), why: `${file} answers it.` };
    }
  }
  for (const pattern of ROUTES) {
    const line = project.line(project.sources(), pattern);
    if (line?.match[1] !== undefined) return { path: line.match[1], why: `${placeOf(line)} answers it.` };
  }
  return nestRoute(project);
}
