import { type Candidate, NO_PROCESSES, type Processes, type ProposedWorker } from "./detection.ts";
import type { Project } from "./project.ts";

/** Gems that the Gemfile names. */
export function gemsOf(project: Project): ReadonlySet<string> {
  return new Set([...project.text("Gemfile").matchAll(/^\s*gem\s+["']([\w-]+)["']/gm)].map((match) => match[1] ?? ""));
}

/** The version of a gem: by Gemfile.lock, else what the Gemfile asks for. */
function gemVersion(project: Project, gem: string): readonly [number, number] {
  const locked = new RegExp(String.raw`^    ${gem} \((\d+)\.(\d+)`, "m").exec(project.text("Gemfile.lock"));
  const asked = new RegExp(String.raw`gem\s+["']${gem}["']\s*,\s*["'][^\d"']*(\d+)(?:\.(\d+))?`).exec(
    project.text("Gemfile"),
  );
  const [, major = "0", minor = "0"] = locked ?? asked ?? [];
  return [Number(major), Number(minor)];
}

function hasUpRoute(project: Project): boolean {
  const [major, minor] = gemVersion(project, "rails");
  const isNew = major > 7 || (major === 7 && minor >= 1);
  const routes = project.text("config/routes.rb");
  return /rails\/health#show/.test(routes) || (isNew && routes === "");
}

function puma(project: Project): string {
  const config = project.text("config/puma.rb");
  // The generated file takes PORT and listens on all addresses; -b replaces what it says.
  return `bundle exec puma ${config === "" ? "" : "-C config/puma.rb "}-b tcp://$HOST:$PORT`;
}

function rails(project: Project, gems: ReadonlySet<string>): Candidate {
  const hasPuma = gems.has("puma");
  const up = hasUpRoute(project);
  return {
    framework: "Rails",
    rank: "framework",
    evidence: [{ file: "Gemfile", what: "depends on rails" }],
    web: {
      command: hasPuma ? puma(project) : "bin/rails server -b $HOST -p $PORT -P tmp/pids/$INSTANCE_ID.pid",
      why: hasPuma ? "Puma serves Rails." : "Rails starts its server; each instance has a pid file of its own.",
      ...(up ? { health: { path: "/up", why: "Rails answers it once it has booted." } } : {}),
    },
    warnings: [
      "RAILS_ENV decides how Rails runs. For production write it into env, with SECRET_KEY_BASE from .env, and precompile the assets before tenfold up.",
    ],
  };
}

/** Rails, and any other application for Rack. */
export function rubyCandidate(project: Project): Candidate | null {
  const gems = gemsOf(project);
  if (gems.has("rails")) return rails(project, gems);
  if (!project.has("config.ru")) return null;
  const framework = gems.has("sinatra") ? "Sinatra" : gems.has("hanami") ? "Hanami" : "Rack";
  return {
    framework,
    rank: "framework",
    evidence: [{ file: "config.ru", what: "is an application for Rack" }],
    web: {
      command: gems.has("puma") ? puma(project) : "bundle exec rackup --host $HOST --port $PORT",
      why: gems.has("puma") ? "Puma serves config.ru." : "rackup serves config.ru.",
    },
    warnings: [],
  };
}

const WORKERS: readonly (readonly [gem: string, worker: ProposedWorker])[] = [
  ["sidekiq", { command: "bundle exec sidekiq", queue: "default", why: "The Gemfile has sidekiq." }],
  ["good_job", { command: "bundle exec good_job start", why: "The Gemfile has good_job." }],
  ["solid_queue", { command: "bin/jobs", why: "The Gemfile has solid_queue." }],
  ["resque", { command: "bundle exec rake resque:work QUEUE='*'", why: "The Gemfile has resque." }],
  ["delayed_job_active_record", { command: "bundle exec rake jobs:work", why: "The Gemfile has delayed_job." }],
  ["que", { command: "bundle exec que", why: "The Gemfile has que." }],
];

/** Workers and migrations of a Ruby project. */
export function rubyProcesses(project: Project): Processes {
  const gems = gemsOf(project);
  const workers = Object.fromEntries(
    WORKERS.filter(([gem]) => gems.has(gem)).map(([gem, worker]) => [
      gem.replace(/_active_record$/, "").replaceAll("_", "-"),
      worker,
    ]),
  );
  const migrates = gems.has("rails") && project.paths(/^db\//).length > 0;
  return {
    ...NO_PROCESSES,
    workers,
    release: migrates
      ? {
          command: "DATABASE_URL=$DATABASE_DIRECT_URL bin/rails db:migrate",
          why: "Rails' migrations; past the pooler, since Rails holds a lock for its session.",
        }
      : null,
  };
}
