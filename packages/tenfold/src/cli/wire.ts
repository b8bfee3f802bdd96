import { accessSync, readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Limits } from "../drivers/process/limits.ts";
import { ProcessDriver } from "../drivers/process/process-driver.ts";
import { isProcessAlive } from "../drivers/process/session.ts";
import type { EngineHost } from "../engine/host.ts";
import { SecretsFile } from "../journal/secrets-file.ts";
import type { StoredState } from "../journal/state.ts";
import { checkApplicationAccess } from "../machine/access/application.ts";
import { requirePrograms } from "../machine/doctor/diagnose.ts";
import { neededPrograms } from "../machine/doctor/needed.ts";
import { observeMachine } from "../machine/observe.ts";
import { choosePaths } from "../machine/paths/choose.ts";
import { makeDirectories } from "../machine/paths/make.ts";
import { withPostgresOf } from "../machine/programs/select-postgres.ts";
import { observeSystem } from "../machine/system/system.ts";
import { ensureServiceUser } from "../machine/users/service-user.ts";
import { noDirectory } from "../project/no-directory.ts";
import { DirectoryStore } from "../releases/directory-store.ts";
import { createServices } from "../services/wire.ts";
import { nameInProject } from "../spec/backups/place.ts";
import type { Spec } from "../spec/spec.ts";
import { LocalTarget } from "../targets/local/local-target.ts";
import { confirm } from "./confirm.ts";
import type { Context, GlobalOptions } from "./context.ts";

/** The kernel's own name for the time since it started. */
function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Whether a stored fleet may still have processes on this machine. */
function mayRun(state: StoredState): boolean {
  return state.bootId === bootId() && state.members.some(({ running }) => running !== null && isProcessAlive(running));
}

/** The processes of the application, for a look at whether their user can start them. */
function processesOf({ web, workers, scheduler }: Spec): { command: Spec["web"]["command"]; directory: string }[] {
  return [web, ...Object.values(workers), ...(scheduler === false ? [] : [scheduler])];
}

/** What an engine on this machine works with. */
export function createEngineHost(directory: string): EngineHost {
  return {
    now: Date.now,
    bootId,
    observe: async (spec, project, path = process.env.PATH) => {
      await ensureServiceUser({ user: spec.user });
      const [observed, system] = await Promise.all([
        observeMachine({ user: spec.user, processEnv: process.env }),
        observeSystem(),
      ]);
      requirePrograms(observed, neededPrograms(spec), system);
      const { engine, service } = observed.users;
      const paths = await choosePaths({ project, user: service });
      const access = await checkApplicationAccess({
        project,
        user: service,
        processes: processesOf(spec),
        path,
        closed: [nameInProject(spec.backups) ?? ""],
      });
      const fitting = await withPostgresOf(observed, paths);
      const machine = { ...fitting, users: { ...observed.users, application: access.allowed ? service : engine } };
      return { machine, paths, notes: access.notes };
    },
    makeDirectories: (paths, machine) => makeDirectories(paths, machine.users),
    createDriver: (machine, fleet) => new ProcessDriver(machine.users, new Limits(fleet)),
    createServices: () => createServices(),
    createReleases: (paths, { users }) => new DirectoryStore(`${paths.home}/releases`, users.application),
    openSecrets: () => new SecretsFile(`${directory}/.tenfold`),
  };
}

/** The fleet of a project's directory on this machine. */
function createTarget(directory: string): LocalTarget {
  return new LocalTarget({
    directory,
    mayRun,
    program: {
      execPath: process.execPath,
      // Collecting young garbage more often costs less than the memory that it would fill.
      argv: [
        "--max-semi-space-size=1",
        "--expose-gc",
        fileURLToPath(new URL("../../bin/tenfold.mjs", import.meta.url)),
        "engine-process",
      ],
    },
  });
}

/** The project's directory, as the kernel calls it. Fault: TF_ARGUMENT when there is none. */
function findDirectory(path: string): string {
  try {
    const real = realpathSync(path);
    accessSync(`${real}/`);
    return real;
  } catch (error) {
    throw noDirectory(path, error);
  }
}

/** What a command works with. Fault: TF_ARGUMENT. */
export function createContext(
  options: GlobalOptions,
  { terminal, paint, interrupts }: Pick<Context, "terminal" | "paint" | "interrupts">,
): Context {
  const directory = findDirectory(options.directory);
  return {
    options: { ...options, directory },
    terminal,
    paint,
    interrupts,
    confirm: (question) => confirm(question, options.yes),
    target: createTarget(directory),
    targetAt: createTarget,
    loadProject: async (command, elsewhere) => {
      const { loadProject } = await import("../project/load.ts");
      return loadProject({
        directory: elsewhere ?? directory,
        home: directory,
        file: options.file ?? undefined,
        envName: options.envName ?? undefined,
        command: command ?? undefined,
        processEnv: process.env,
      });
    },
  };
}
