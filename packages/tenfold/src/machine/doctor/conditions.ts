import type { Machine } from "../../fleet/machine.ts";
import { PORT_RANGE } from "../../fleet/ports.ts";
import type { Spec } from "../../spec/spec.ts";
import { type Bytes, bytes, formatBytes, mebibytes } from "../../units/bytes.ts";
import { estimateDisk, estimateMemory, largestRedis, mostOpenFiles } from "./estimate.ts";
import type { Host } from "./host.ts";

/** One thing about the system that a fleet depends on. `error`: it will not run; `warning`: it runs, not well. */
export interface Condition {
  readonly name: string;
  readonly level: "ok" | "warning" | "error";
  readonly message: string;
  /** What would be right, as a command where there is one. */
  readonly hint: string | null;
}

interface Subject {
  readonly spec: Spec;
  readonly machine: Machine;
  readonly host: Host;
}

type Check = (subject: Subject) => Condition | null;

function fine(name: string, message: string): Condition {
  return { name, level: "ok", message, hint: null };
}

const memory: Check = ({ spec, machine, host }) => {
  const wanted = estimateMemory(spec);
  const has = `this machine has ${formatBytes(machine.memory)}`;
  if (wanted <= machine.memory * 0.9) return fine("memory", `the fleet may use about ${formatBytes(wanted)}; ${has}`);
  const swap = host.swap === 0 ? " and no swap" : "";
  return {
    name: "memory",
    level: "warning",
    message: `the fleet may use about ${formatBytes(wanted)}; ${has}${swap}`,
    hint: "Lower web.instances, postgres.replicas, redis.memory or cache.memory.",
  };
};

const disk: Check = ({ spec, host }) => {
  if (host.freeDisk === null) return null;
  const free = `${formatBytes(host.freeDisk)} of disk are free`;
  const wanted = estimateDisk(spec);
  if (host.freeDisk >= wanted) return fine("disk", free);
  const level = host.freeDisk < mebibytes(100) ? "error" : "warning";
  return { name: "disk", level, message: `${free}; the fleet wants ${formatBytes(wanted)}`, hint: "Make room." };
};

const openFiles: Check = ({ spec, host }) => {
  const limit = host.openFiles;
  if (limit === null) return null;
  const { files, by } = mostOpenFiles(spec);
  if (limit.limit >= files) return fine("open files", `enough for the ${files} that ${by} wants`);
  if (limit.canRaise) return fine("open files", `raised to ${files} for ${by}`);
  return {
    name: "open files",
    level: "warning",
    message: `a process may open ${limit.limit} files, and ${by} wants ${files} for as many connections as the file allows`,
    hint: `Raise the limit (ulimit -Hn ${files}, or nofile in /etc/security/limits.conf), or lower ${by === "pgbouncer" ? "postgres.pool.clients" : "balancer.maxConnections"}.`,
  };
};

const privilegedPort: Check = ({ spec, machine, host }) => {
  const { port } = spec.balancer;
  if (port === null || host.firstFreePort === null || port >= host.firstFreePort) return null;
  const who =
    machine.users.engine.uid === 0 ? "and the balancer never runs as root" : `and you are ${machine.users.engine.name}`;
  return {
    name: "balancer.port",
    level: "error",
    message: `ports below ${host.firstFreePort} need root, ${who}`,
    hint: `Allow it with: sudo sysctl -w net.ipv4.ip_unprivileged_port_start=${port}, or choose a port from ${host.firstFreePort} up.`,
  };
};

const portRange: Check = ({ host }) => {
  if (host.outgoingPorts === null) return null;
  const { first, last } = PORT_RANGE;
  const apart = host.outgoingPorts.first > last || host.outgoingPorts.last < first;
  const reserved = host.reservedPorts.some((range) => range.first <= first && range.last >= last);
  if (apart || reserved) return fine("ports", `members listen on ports from ${first} to ${last}`);
  return {
    name: "ports",
    level: "warning",
    message: `members listen on ports from ${first} to ${last}, which the kernel may use for outgoing connections (${host.outgoingPorts.first} to ${host.outgoingPorts.last})`,
    hint: `Keep them free with: sudo sysctl -w net.ipv4.ip_local_reserved_ports=${first}-${last}`,
  };
};

/** Redis saves by forking; at 0 the kernel refuses a fork that could not get as much memory again, at 2 nearly always. */
const overcommit: Check = ({ spec, host }) => {
  const redis: Bytes = largestRedis(spec);
  if (redis === 0 || host.overcommit === null || host.overcommit === 1) return null;
  const room = bytes((host.availableMemory ?? Number.MAX_SAFE_INTEGER) + (host.swap ?? 0));
  if (host.overcommit === 0 && redis * 2 < room) return null;
  return {
    name: "vm.overcommit_memory",
    level: "warning",
    message: `is ${host.overcommit}: Redis may fail to save ${formatBytes(redis)} of data, and then refuses writes`,
    hint: "Set it with: sudo sysctl -w vm.overcommit_memory=1",
  };
};

const limits: Check = ({ spec, host }) => {
  const processes = [spec.web, ...Object.values(spec.workers), ...(spec.scheduler === false ? [] : [spec.scheduler])];
  const cpu = processes.some((one) => one.cpu !== false) && !host.limits.cpu;
  const memoryOnly = processes.some((one) => one.memory !== false) && !host.limits.memory;
  if (!cpu && !memoryOnly) return null;
  const watched = memoryOnly ? "memory limits are watched instead of enforced by the kernel" : "";
  const ignored = cpu ? "cpu limits have no effect" : "";
  return {
    name: "control groups",
    level: "warning",
    message: `control groups of version 2 cannot be used here: ${[watched, ignored].filter(Boolean).join(", and ")}`,
    hint: "Start Tenfold as root on a system with cgroup v2, or in a session that systemd delegates.",
  };
};

const clock: Check = ({ host }) => {
  if (host.now >= host.builtAt - 86_400_000) return null;
  return {
    name: "clock",
    level: "warning",
    message: `says ${new Date(host.now).toISOString()}, which is before Tenfold was made`,
    hint: "Set it with: sudo timedatectl set-ntp true",
  };
};

const user: Check = ({ machine }) => {
  const { engine, service } = machine.users;
  if (engine.uid !== 0) return null;
  const message =
    service.uid === 0 ? "an unprivileged user is made at the first start" : `members run as ${service.name}`;
  return fine("user", message);
};

const CHECKS: readonly Check[] = [user, memory, disk, openFiles, privilegedPort, portRange, overcommit, limits, clock];

/**
 * Judges everything but programs. What does not concern the fleet is left out. Transparent huge pages are: Redis and
 * Valkey of the supported versions turn them off for themselves (`disable-thp`). Pure.
 */
export function inspectConditions(subject: Subject): Condition[] {
  return CHECKS.flatMap((check) => check(subject) ?? []);
}
