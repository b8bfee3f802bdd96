import { workerOf } from "../../fleet/data.ts";
import { applicationEnvironment } from "../../fleet/environment.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Launch, Rendering } from "../../fleet/launch.ts";
import type { Member } from "../../fleet/member.ts";
import { logFile } from "../../fleet/paths.ts";
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

function processOf(fleet: Fleet, member: Member): AppProcess {
  const { web, workers, scheduler } = fleet.release.application;
  const found = member.kind === "web" ? web : member.kind === "worker" ? workers[workerOf(member)] : scheduler;
  if (found === undefined || found === null)
    throw new Error(`release ${fleet.release.number} has no process for ${member.name}`);
  return found;
}

/** A process of the application. It has no files, so a reload never does. */
export function renderApp(fleet: Fleet, member: Member): Rendering {
  const { command, directory, grace, memory, cpu, env } = processOf(fleet, member);
  return {
    files: [],
    launch: {
      argv: argvOf(command),
      env: applicationEnvironment(fleet, member, env),
      cwd: resolveDirectory(fleet.release.directory, directory),
      runAs: "application",
      log: logFile(fleet.paths, member.name),
      stop: { signal: "SIGTERM", grace },
      memory,
      cpu,
    },
  };
}

/** The release command, with the environment of the application and no instance of its own; `null` when there is none. */
export function renderReleaseCommand(fleet: Fleet): Launch | null {
  const { release } = fleet.release.application;
  if (release === false) return null;
  return {
    argv: argvOf(release),
    env: applicationEnvironment(fleet, null, {}),
    cwd: fleet.release.directory,
    runAs: "application",
    log: `${fleet.paths.home}/logs/release.log`,
    stop: { signal: "SIGTERM", grace: seconds(10) },
    memory: false,
    cpu: false,
  };
}
