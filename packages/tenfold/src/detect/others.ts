import { type Candidate, NO_PROCESSES, type Processes } from "./detection.ts";
import { type Project, placeOf } from "./project.ts";

function go(project: Project): Candidate | null {
  if (!project.has("go.mod")) return null;
  const sources = project
    .sources(/\.go$/)
    .sort((a, b) => Number(b.endsWith("main.go")) - Number(a.endsWith("main.go")));
  const main = project.line(sources, /^package main\b/);
  const module = /^module\s+(\S+)/m.exec(project.text("go.mod"))?.[1] ?? project.directory;
  const program = module.replace(/\/v\d+$/, "").replace(/^.*\//, "");
  const directory = main === undefined || !main.file.includes("/") ? "." : `./${main.file.replace(/\/[^/]*$/, "")}`;
  return {
    framework: "Go",
    rank: "script",
    evidence: [
      { file: "go.mod", what: `module ${module}` },
      ...(main === undefined ? [] : [{ file: main.file, what: "package main" }]),
    ],
    web: { command: `./${program}`, why: "The compiled program; go run would not pass on the signal to stop." },
    warnings: [`It must be built before tenfold up: go build -o ${program} ${directory}`],
  };
}

const PHP_DEVELOPMENT =
  "PHP's built-in server is for development: for real traffic use FrankenPHP, RoadRunner or PHP-FPM behind a web server of its own.";

function php(project: Project): Candidate | null {
  if (project.has("artisan")) {
    const octane = /"laravel\/octane"/.test(project.text("composer.json"));
    return {
      framework: "Laravel",
      rank: octane ? "framework" : "development",
      evidence: [{ file: "artisan", what: "is Laravel's command" }],
      web: octane
        ? { command: "php artisan octane:start --host=$HOST --port=$PORT", why: "Laravel Octane." }
        : { command: "php artisan serve --host=$HOST --port=$PORT", why: "Laravel's own server." },
      warnings: octane ? [] : [PHP_DEVELOPMENT],
    };
  }
  const index = project.first(["public/index.php", "web/index.php", "index.php"]);
  if (index === undefined) return null;
  const root = index.includes("/") ? index.replace(/\/[^/]*$/, "") : ".";
  const router = root === "." ? "" : ` ${index}`;
  return {
    framework: /"symfony\//.test(project.text("composer.json")) ? "Symfony" : "PHP",
    rank: "development",
    evidence: [{ file: index, what: "is the front controller" }],
    web: { command: `php -S $HOST:$PORT -t ${root}${router}`, why: "PHP's built-in server." },
    warnings: [PHP_DEVELOPMENT],
  };
}

function staticSite(project: Project): Candidate | null {
  const index = project.first(["index.html", "public/index.html", "dist/index.html"]);
  if (index === undefined) return null;
  const root = index.includes("/") ? index.replace(/\/[^/]*$/, "") : ".";
  return {
    framework: "static files",
    rank: "guess",
    evidence: [{ file: index, what: "is a page, and nothing serves it" }],
    web: {
      command: `python3 -m http.server $PORT --bind $HOST --directory ${root}`,
      why: "Python's own server, for files that need none of their own.",
    },
    warnings: ["These are static files, which a web server or a CDN serves better than a fleet."],
  };
}

/** Languages that are covered only so far as one command goes. */
export function otherCandidates(project: Project): Candidate[] {
  return [go(project), php(project), staticSite(project)].filter((candidate) => candidate !== null);
}

/** Laravel's workers, scheduler and migrations. */
export function otherProcesses(project: Project): Processes {
  if (!project.has("artisan")) return NO_PROCESSES;
  const queued = project.line(project.sources(/\.php$/), /implements\s+[\w\s,\\]*ShouldQueue/);
  return {
    ...NO_PROCESSES,
    workers:
      queued === undefined
        ? {}
        : { queue: { command: "php artisan queue:work", queue: "default", why: `${placeOf(queued)} is queued.` } },
    release: { command: "php artisan migrate --force", why: "Laravel's migrations." },
  };
}

/** Files of languages that `init` cannot start by itself, and what they are. */
export const KNOWN_NOT_COVERED: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^pom\.xml$/, "a Java project (Maven)"],
  [/^build\.gradle(?:\.kts)?$/, "a Java or Kotlin project (Gradle)"],
  [/^Cargo\.toml$/, "a Rust project"],
  [/^mix\.exs$/, "an Elixir project"],
  [/\.(?:cs|fs)proj$/, "a .NET project"],
  [/^deno\.jsonc?$/, "a Deno project"],
  [/^Package\.swift$/, "a Swift project"],
];
