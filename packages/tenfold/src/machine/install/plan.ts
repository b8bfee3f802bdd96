import type { ProgramName } from "../../fleet/machine.ts";
import { installCommands, packageOf } from "../system/packages.ts";
import type { System } from "../system/system.ts";
import { CREATE_NO_CLUSTER, POLICY_FILE, policyScript } from "./quiet.ts";

/** A command to run as root. */
export interface InstallCommand {
  readonly argv: readonly string[];
  /** What it reads from standard input. */
  readonly input?: string;
}

/** One thing to do, and what undoes it afterwards, whatever came in between. */
export interface InstallStep {
  /** For people: `install haproxy, postgresql`. */
  readonly title: string;
  readonly command: InstallCommand;
  readonly undo?: InstallCommand;
}

/** Everything that an installation will do, as data. `settle` runs once the packages are there, or half there. */
export interface InstallPlan {
  readonly programs: readonly ProgramName[];
  readonly packages: readonly string[];
  readonly prepare: readonly InstallStep[];
  /** `null` when the lists of packages are fresh enough to try without. */
  readonly update: InstallStep | null;
  readonly install: InstallStep;
  readonly settle: readonly InstallStep[];
}

/** What of an apt system an installation depends on. */
export interface AptState {
  /** Milliseconds since its lists of packages were fetched; `null`: it has none. */
  readonly listsAge: number | null;
  /** Somebody's policy on starting services, which is not ours to replace. */
  readonly hasPolicy: boolean;
  /** Services that exist already: not ours to stop or disable. */
  readonly services: readonly string[];
  /** Services that an installation of ours brought and did not come to disable, because it was killed. */
  readonly unsettled: readonly string[];
}

export interface PlanInput {
  readonly system: System;
  readonly programs: readonly ProgramName[];
  readonly apt: AptState;
  /** The process that the temporary policy lives as long as. */
  readonly pid: number;
}

/** Services that packages bring, and that Debian starts and enables at once. */
export const SERVICES: Readonly<Record<ProgramName, string | null>> = {
  haproxy: "haproxy",
  nginx: "nginx",
  postgres: "postgresql",
  pgbouncer: "pgbouncer",
  "redis-server": "redis-server",
  openssl: null,
  prometheus: "prometheus",
  alertmanager: "prometheus-alertmanager",
};

/** Older lists name versions that the mirrors may no longer have. */
const LISTS_OLD = 7 * 24 * 3600 * 1000;

/** Seconds to wait for another package manager. */
export const LOCK_WAIT = 120;

const ENVIRONMENT: readonly string[] = [
  "env",
  "DEBIAN_FRONTEND=noninteractive",
  "NEEDRESTART_SUSPEND=1",
  "LC_ALL=C.UTF-8",
];

const APT_OPTIONS: readonly string[] = [
  "-o",
  `DPkg::Lock::Timeout=${LOCK_WAIT}`,
  "-o",
  "Dpkg::Use-Pty=0",
  "-o",
  "Dpkg::Options::=--force-confdef",
  "-o",
  "Dpkg::Options::=--force-confold",
];

function shell(script: string, ...words: readonly string[]): InstallCommand {
  return { argv: ["/bin/sh", "-c", script, "sh", ...words] };
}

function policyStep(services: readonly string[], pid: number): InstallStep {
  return {
    title: "keep new services from starting",
    // `noclobber`: one that appeared meanwhile is somebody else's. Ours, left behind by a kill, is replaced.
    command: {
      ...shell(
        `set -Ce; if grep -q "^# Tenfold " "$1" 2>/dev/null; then rm "$1"; fi; cat >"$1"; chmod 755 "$1"`,
        POLICY_FILE,
      ),
      input: policyScript(services, pid),
    },
    undo: shell(`if grep -q "^# Tenfold $2\\$" "$1" 2>/dev/null; then rm -f "$1"; fi`, POLICY_FILE, String(pid)),
  };
}

const clusterStep: InstallStep = {
  title: "keep PostgreSQL from creating a cluster of its own",
  command: {
    ...shell(`set -e; mkdir -p "\${1%/*}"; cat >"$1"`, CREATE_NO_CLUSTER.path),
    input: CREATE_NO_CLUSTER.content,
  },
  undo: shell(
    `rm -f "$1"; rmdir "\${1%/*}" 2>/dev/null; rmdir "$(dirname "\${1%/*}")" 2>/dev/null; :`,
    CREATE_NO_CLUSTER.path,
  ),
};

/** Without systemd the links of System V are what starts a service. Each is tried alone: it may not have been installed. */
const DISABLE = `
for service; do
  if command -v systemctl >/dev/null; then systemctl disable --quiet "$service.service"
  elif command -v update-rc.d >/dev/null; then update-rc.d "$service" disable
  fi >/dev/null 2>&1
done; :`;

const STOP = `
for service; do
  if [ -d /run/systemd/system ]; then systemctl stop "$service.service"
  elif [ -x "/etc/init.d/$service" ]; then "/etc/init.d/$service" stop
  fi >/dev/null 2>&1
done; :`;

/** The step that fetches the lists of packages. */
export const UPDATE: InstallStep = {
  title: "fetch the lists of packages",
  command: { argv: [...ENVIRONMENT, "apt-get", "update"] },
};

/** The step that finishes what an earlier installation left half done. */
export const CONFIGURE: InstallStep = {
  title: "finish an earlier installation",
  command: { argv: [...ENVIRONMENT, "dpkg", "--force-confdef", "--force-confold", "--configure", "-a"] },
};

/**
 * What installs programs on Debian and Ubuntu without starting or enabling the services that come with them; services
 * that exist already are not touched. Pure.
 */
export function planInstall({ system, programs, apt, pid }: PlanInput): InstallPlan {
  const packages = programs.flatMap((program) => packageOf(system, program) ?? []);
  const brought = programs.map((program) => SERVICES[program]).filter((service) => service !== null);
  const fresh = brought.filter((service) => !apt.services.includes(service));
  const services = [...new Set([...fresh, ...apt.unsettled])];
  const quiet = services.length > 0;
  const words = installCommands(system, programs)?.at(-1) ?? [];
  return {
    programs,
    packages,
    prepare: [
      ...(quiet && !apt.hasPolicy ? [policyStep(services, pid)] : []),
      ...(programs.includes("postgres") ? [clusterStep] : []),
    ],
    update: apt.listsAge === null || apt.listsAge > LISTS_OLD ? UPDATE : null,
    install: {
      title: `install ${packages.join(", ")}`,
      command: { argv: [...ENVIRONMENT, ...words.slice(0, 1), ...APT_OPTIONS, ...words.slice(1)] },
    },
    settle: [
      // A policy of somebody else may have let them start.
      ...(quiet && apt.hasPolicy ? [{ title: "stop new services", command: shell(STOP, ...services) }] : []),
      ...(quiet ? [{ title: "disable new services", command: shell(DISABLE, ...services) }] : []),
    ],
  };
}
