import { workerOf } from "../../fleet/data.ts";
import { applicationEnvironment, releaseNumbered } from "../../fleet/environment.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Launch, Rendering } from "../../fleet/launch.ts";
import type { Member } from "../../fleet/member.ts";
import { logFile } from "../../fleet/paths.ts";
import type { Release } from "../../fleet/release.ts";
import type { Deploy } from "../../spec/deploy/deploy.ts";
import type { AppProcess } from "../../spec/process.ts";
import type { Command } from "../../spec/scalars.ts";
import { seconds } from "../../units/millis.ts";

function argvOf(command: Command): readonly string[] {
  return typeof command === "string" ? ["/bin/sh", "-c", command] : command;
}

function resolveDirectory(base: string, directory: string): string {
  if (directory.startsWith("/")) return directory;
  return directory === "." ? base : `${base}/${directory}`;
}

function processOf({ application, number }: Release, member: Member): AppProcess {
  const { web, workers, scheduler } = application;
  const found = member.kind === "web" ? web : member.kind === "worker" ? workers[workerOf(member)] : scheduler;
  if (found === undefined || found === null) throw new Error(`release ${number} has no process for ${member.name}`);
  return found;
}

/** A process of the application. It has no files, so a reload never does. */
export function renderApp(fleet: Fleet, member: Member): Rendering {
  const { release } = releaseNumbered(fleet, member.release ?? fleet.release.number);
  const { command, directory, grace, memory, cpu, env } = processOf(release, member);
  return {
    files: [],
    launch: {
      argv: argvOf(command),
      env: applicationEnvironment(fleet, { member, release: release.number }, env),
      cwd: resolveDirectory(release.directory, directory),
      runAs: "application",
      log: logFile(fleet.paths, member.name),
      stop: { signal: "SIGTERM", grace },
      memory,
      cpu,
    },
  };
}

/** What is run once for a release, with its environment and its code, and no instance of its own. */
export type ReleaseTask = "build" | "release" | "smoke";

function commandOf(deploy: Deploy, release: Release, task: ReleaseTask): Command | false {
  switch (task) {
    case "release":
      return release.application.release;
    case "build":
    case "smoke":
      return deploy[task];
    default:
      return task satisfies never;
  }
}

export interface ReleaseTaskOptions {
  readonly number: number;
  readonly task: ReleaseTask;
  /** Further variables. */
  readonly more?: Readonly<Record<string, string>>;
  /** What the file that comes with the release says of deploys, where it is not in force yet. */
  readonly deploy?: Deploy;
}

/** How a release's task is run; `null` when the file has none. */
export function renderReleaseTask(fleet: Fleet, options: ReleaseTaskOptions): Launch | null {
  const { release } = releaseNumbered(fleet, options.number);
  const command = commandOf(options.deploy ?? fleet.spec.deploy, release, options.task);
  if (command === false) return null;
  return {
    argv: argvOf(command),
    env: { ...applicationEnvironment(fleet, { member: null, release: release.number }), ...options.more },
    cwd: release.directory,
    runAs: "application",
    log: `${fleet.paths.home}/logs/${options.task}.log`,
    stop: { signal: "SIGTERM", grace: seconds(10) },
    memory: false,
    cpu: false,
  };
}

/** How the command that counts the jobs of a worker's queue is run: as the worker would be, with no instance of its own. */
export function renderQueueCommand(fleet: Fleet, worker: string, command: Command): Launch {
  const { release } = releaseNumbered(fleet, fleet.release.number);
  const own = release.application.workers[worker];
  return {
    argv: argvOf(command),
    env: {
      ...applicationEnvironment(fleet, { member: null, release: release.number }, own?.env),
      QUEUE: fleet.spec.workers[worker]?.queue ?? worker,
    },
    cwd: resolveDirectory(release.directory, own?.directory ?? "."),
    runAs: "application",
    log: "/dev/null",
    stop: { signal: "SIGTERM", grace: seconds(1) },
    memory: false,
    cpu: false,
  };
}
