import type { ProgramName } from "../../fleet/machine.ts";
import type { PackageManager, System } from "./system.ts";

const PACKAGES: Readonly<Record<PackageManager, Readonly<Record<ProgramName, string>>>> = {
  apt: {
    haproxy: "haproxy",
    nginx: "nginx",
    postgres: "postgresql",
    pgbouncer: "pgbouncer",
    "redis-server": "redis-server",
    openssl: "openssl",
    prometheus: "prometheus",
    alertmanager: "prometheus-alertmanager",
  },
  dnf: {
    haproxy: "haproxy",
    nginx: "nginx",
    postgres: "postgresql-server",
    pgbouncer: "pgbouncer",
    "redis-server": "valkey",
    openssl: "openssl",
    prometheus: "golang-github-prometheus",
    alertmanager: "golang-github-prometheus-alertmanager",
  },
  apk: {
    haproxy: "haproxy",
    nginx: "nginx",
    postgres: "postgresql",
    pgbouncer: "pgbouncer",
    "redis-server": "redis",
    openssl: "openssl",
    prometheus: "prometheus",
    alertmanager: "alertmanager",
  },
  pacman: {
    haproxy: "haproxy",
    nginx: "nginx",
    postgres: "postgresql",
    pgbouncer: "pgbouncer",
    "redis-server": "valkey",
    openssl: "openssl",
    prometheus: "prometheus",
    alertmanager: "alertmanager",
  },
  zypper: {
    haproxy: "haproxy",
    nginx: "nginx",
    postgres: "postgresql-server",
    pgbouncer: "pgbouncer",
    "redis-server": "redis",
    openssl: "openssl",
    prometheus: "golang-github-prometheus-prometheus",
    alertmanager: "golang-github-prometheus-alertmanager",
  },
  brew: {
    haproxy: "haproxy",
    nginx: "nginx",
    postgres: "postgresql@17",
    pgbouncer: "pgbouncer",
    "redis-server": "redis",
    openssl: "openssl@3",
    prometheus: "prometheus",
    alertmanager: "alertmanager",
  },
};

const INSTALL: Readonly<Record<PackageManager, readonly string[]>> = {
  apt: ["apt-get", "install", "-y", "--no-install-recommends"],
  dnf: ["dnf", "install", "-y"],
  apk: ["apk", "add"],
  pacman: ["pacman", "-S", "--noconfirm", "--needed"],
  zypper: ["zypper", "--non-interactive", "install"],
  brew: ["brew", "install"],
};

/** Where newer versions are, for systems whose own packages are too old. */
const NEWER: Readonly<Record<ProgramName, string>> = {
  haproxy: "https://haproxy.debian.net or https://github.com/haproxy/wiki/wiki/Packages",
  nginx: "https://nginx.org/en/linux_packages.html",
  postgres: "https://www.postgresql.org/download/",
  pgbouncer: "https://www.postgresql.org/download/ (the repositories there have PgBouncer too)",
  "redis-server": "https://redis.io/docs/latest/operate/oss_and_stack/install/",
  openssl: "your system's updates",
  prometheus: "https://prometheus.io/download/",
  alertmanager: "https://prometheus.io/download/",
};

/** Red Hat's older releases offer newer majors as modules, and PgBouncer in EPEL. */
function redHatExtras(system: System, programs: readonly ProgramName[]): { before: string[][]; redis: string } {
  const isFedora = system.id === "fedora";
  const hasModules =
    system.manager === "dnf" && !isFedora && system.id !== "amzn" && system.major >= 8 && system.major < 10;
  if (!hasModules) return { before: [], redis: isFedora && system.major > 0 && system.major < 41 ? "redis" : "valkey" };
  const modules = programs.flatMap((program) =>
    program === "postgres"
      ? ["postgresql:15"]
      : program === "redis-server"
        ? ["redis:7"]
        : program === "nginx"
          ? ["nginx:1.24"]
          : [],
  );
  return {
    before: [
      ...(modules.length > 0 ? [["dnf", "module", "enable", "-y", ...modules]] : []),
      ...(programs.includes("pgbouncer") ? [["dnf", "install", "-y", "epel-release"]] : []),
    ],
    redis: "redis",
  };
}

/** The package that holds a program; `null` on a system that is not known. */
export function packageOf(system: System, program: ProgramName): string | null {
  if (system.manager === null) return null;
  if (system.manager === "dnf" && program === "redis-server") return redHatExtras(system, [program]).redis;
  return PACKAGES[system.manager][program];
}

/** The commands that install programs, as words, without `sudo`; `null` on a system that is not known. */
export function installCommands(
  system: System,
  programs: readonly ProgramName[],
): readonly (readonly string[])[] | null {
  const { manager } = system;
  if (manager === null) return null;
  const packages = programs.flatMap((program) => packageOf(system, program) ?? []);
  const before = manager === "dnf" ? redHatExtras(system, programs).before : [];
  return [...before, [...INSTALL[manager], ...packages]];
}

/** Where to get a newer version than the system has. */
export function newerFrom(program: ProgramName): string {
  return NEWER[program];
}
