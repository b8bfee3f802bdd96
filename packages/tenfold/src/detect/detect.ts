import { nameFrom } from "../spec/name-from.ts";
import { quote } from "../units/quote.ts";
import {
  type Candidate,
  type Detection,
  NO_PROCESSES,
  type Processes,
  type Proposal,
  type ProposedProcess,
  RANKS,
} from "./detection.ts";
import { healthOf } from "./health.ts";
import { dockerImage } from "./image.ts";
import { nodeFrameworks } from "./node/frameworks.ts";
import { type NodeProject, readManifest } from "./node/manifest.ts";
import { nodeProcesses } from "./node/processes.ts";
import { nodeServers } from "./node/server.ts";
import { KNOWN_NOT_COVERED, otherCandidates, otherProcesses } from "./others.ts";
import { portWarnings } from "./ports.ts";
import { procfile } from "./procfile.ts";
import { type DetectInput, Project } from "./project.ts";
import { pythonDependencies } from "./python/dependencies.ts";
import { djangoCandidate } from "./python/django.ts";
import { pythonProcesses } from "./python/processes.ts";
import { pythonRunner } from "./python/runner.ts";
import { scriptApps } from "./python/scripts.ts";
import { importedApps, type PythonProject } from "./python/web.ts";
import { rubyCandidate, rubyProcesses } from "./ruby.ts";
import { servicesOf } from "./services.ts";
import { stickyOf } from "./sticky.ts";

/** What is looked for, in the order in which it is named to people. */
const LOOKED_FOR: readonly string[] = [
  "Procfile",
  "Dockerfile",
  "package.json",
  "requirements.txt, pyproject.toml or Pipfile, and Python files that make an application (Flask, FastAPI, Django, Streamlit, ...)",
  "Gemfile and config.ru",
  "go.mod",
  "artisan or index.php",
  "index.html",
];

/** Why one way to start wins over another. */
const REASONS: Readonly<Record<Candidate["rank"], string>> = {
  procfile: "because it says which processes there are",
  framework: "because the framework's own server is known",
  image: "because an image's command is how somebody meant it to run",
  script: "because it is how the project says it starts",
  development: "although it is a development server, because nothing else was found",
  guess: "because nothing else was found",
};

function pythonOf(project: Project): PythonProject {
  return { project, dependencies: pythonDependencies(project), runner: pythonRunner(project) };
}

function nodeOf(project: Project): NodeProject | null {
  const manifest = readManifest(project);
  return manifest === undefined ? null : { project, manifest };
}

/** All ways to start that were found, the surest first; within a rank the order here decides. */
function candidatesOf(project: Project): Candidate[] {
  const python = pythonOf(project);
  const node = nodeOf(project);
  const all = [
    procfile(project),
    djangoCandidate(python),
    ...scriptApps(python),
    ...importedApps(python),
    rubyCandidate(project),
    ...(node === null ? [] : nodeFrameworks(node)),
    dockerImage(project),
    ...(node === null ? [] : nodeServers(node)),
    ...otherCandidates(project),
  ].filter((candidate) => candidate !== null);
  return all.toSorted((a, b) => RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank));
}

function processesOf(project: Project, chosen: Candidate): Processes {
  if (chosen.processes !== undefined) return chosen.processes;
  const node = nodeOf(project);
  const all = [
    pythonProcesses(pythonOf(project)),
    rubyProcesses(project),
    node === null ? NO_PROCESSES : nodeProcesses(node, chosen.web.command),
    otherProcesses(project),
  ];
  return {
    workers: Object.assign({}, ...all.map(({ workers }) => workers).reverse()),
    scheduler: all.find(({ scheduler }) => scheduler !== null)?.scheduler ?? null,
    release: all.find(({ release }) => release !== null)?.release ?? null,
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

/** The release command has no directory of its own in the file. */
function releaseCommand(release: ProposedProcess | null): ProposedProcess | null {
  if (release?.directory === undefined) return release;
  return { command: `cd ${quote(release.directory)} && ${release.command}`, why: release.why };
}

/** Other ways to start that other files speak of: the same file says the same thing in several ways. */
function alternatives(chosen: Candidate, rest: readonly Candidate[]): string[] {
  const files = new Set(chosen.evidence.map(({ file }) => file));
  const others = rest.filter(({ rank, evidence }) => rank !== "guess" && !evidence.some(({ file }) => files.has(file)));
  const names = [...new Set(others.map(({ framework }) => framework))].filter((name) => name !== chosen.framework);
  return names.length === 0
    ? []
    : [`Also found: ${names.join(", ")}. ${chosen.framework} is used, ${REASONS[chosen.rank]}.`];
}

function notFound(project: Project, name: string): Detection {
  const warnings = KNOWN_NOT_COVERED.flatMap(([pattern, what]) => {
    const [file] = project.paths(pattern);
    return file === undefined
      ? []
      : [`${file} is there: ${what}. Write the command that starts it, which must listen on $PORT.`];
  });
  const manifest = readManifest(project);
  if (manifest?.isWorkspace === true) {
    warnings.push("package.json has workspaces: run init in the directory of the application.");
  } else if (manifest !== undefined) {
    warnings.push("package.json has no start script, and no file was found that starts a server.");
  } else if (project.has("package.json")) {
    warnings.push("package.json is no valid JSON.");
  }
  return { found: false, name, lookedFor: LOOKED_FOR, warnings };
}

/**
 * What a project is, and what the file of its fleet would say. A Procfile wins, then a framework's own server, then the
 * command of a Dockerfile, then a start script, then a development server, then a guess. Pure.
 */
export function detect(input: DetectInput): Detection {
  const project = new Project(input);
  const name = nameFrom(input.directory);
  const [chosen, ...rest] = candidatesOf(project);
  if (chosen === undefined) return notFound(project, name);
  const processes = processesOf(project, chosen);
  const services = servicesOf(project);
  const sticky = stickyOf(project);
  const isDjango = chosen.framework === "Django";
  // Django refuses requests for hosts that it does not know, so a strict check could never pass.
  const health = chosen.web.health ?? (isDjango ? null : healthOf(project));
  const stickiness = chosen.web.sticky ?? sticky.sticky;
  const proposal: Proposal = {
    name,
    web: {
      ...chosen.web,
      ...(health === null ? {} : { health }),
      ...(stickiness === null ? {} : { sticky: stickiness }),
    },
    workers: processes.workers,
    scheduler: processes.scheduler,
    release: releaseCommand(processes.release),
    postgres: services.postgres,
    redis: services.redis,
  };
  return {
    found: true,
    name,
    framework: chosen.framework,
    evidence: chosen.evidence,
    proposal,
    warnings: [
      ...alternatives(chosen, rest),
      ...chosen.warnings,
      ...portWarnings(project, chosen.web.command),
      ...processes.warnings,
      ...sticky.warnings,
      ...services.warnings,
    ],
  };
}
