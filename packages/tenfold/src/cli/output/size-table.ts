import type { Assumptions } from "../../capacity/size/assumptions.ts";
import type { FleetSize } from "../../capacity/size/fleet-size.ts";
import type { MachineGroup } from "../../capacity/size/machines.ts";
import type { Part } from "../../capacity/size/parts.ts";
import { formatBytes } from "../../units/bytes.ts";
import { figure } from "../../units/figure.ts";
import { formatTable } from "./table.ts";

function money({ cost }: FleetSize): string {
  return cost.monthly === null ? "" : `${Math.round(cost.monthly)} ${cost.currency}`;
}

/** Where the tier's standard is several machines. */
function onOne({ machines, oneMachine }: FleetSize): string {
  return machines.length === 1 ? "" : (oneMachine.type?.name ?? "no type");
}

type Cell = (size: FleetSize, assumed: Assumptions) => string;

/** Nothing where the fleet lacks the part. */
function only(part: Part, of: Cell): Cell {
  return (size, assumed) => (size.parts[part] ? of(size, assumed) : "");
}

function workersText({ workers }: FleetSize, { jobsAtOnce }: Assumptions): string {
  return jobsAtOnce === 1 ? String(workers) : `${workers} × ${jobsAtOnce} jobs`;
}

function haproxy(name: "maxconn" | "nbthread"): Cell {
  return ({ balancer: { tuning } }) => (tuning.program === "haproxy" ? String(tuning[name]) : "");
}

function nginx(name: "workerProcesses" | "workerConnections"): Cell {
  return ({ balancer: { tuning } }) => (tuning.program === "nginx" ? String(tuning[name]) : "");
}

function machineOf(group: MachineGroup | undefined): string {
  return group === undefined ? "" : `${group.count} × ${group.type.name}`;
}

/** A row for each thing that has a size. */
const ROWS: readonly (readonly [string, Cell])[] = [
  ["requests a second", ({ rate }) => figure(rate)],
  ["web instances", ({ web }) => String(web)],
  ["workers", only("workers", workersText)],
  ["  memory of each (assumed)", only("workers", (_, { instanceMemory }) => formatBytes(instanceMemory))],
  ["PostgreSQL", only("postgres", ({ postgres }) => `1 + ${postgres.replicas}`)],
  ["  memory of each", only("postgres", ({ postgres }) => formatBytes(postgres.memory))],
  ["  cores of each", only("postgres", ({ postgres }) => String(postgres.cores))],
  ["  max_connections", only("postgres", ({ postgres }) => String(postgres.tuning.maxConnections))],
  ["  shared_buffers", only("postgres", ({ postgres }) => formatBytes(postgres.tuning.sharedBuffers))],
  ["  effective_cache_size", only("postgres", ({ postgres }) => formatBytes(postgres.tuning.effectiveCacheSize))],
  ["  work_mem", only("postgres", ({ postgres }) => formatBytes(postgres.tuning.workMem))],
  ["pool: size / clients", only("postgres", ({ postgres }) => `${postgres.poolSize} / ${postgres.poolClients}`)],
  ["Redis", only("redis", ({ redis }) => `1 + ${redis.replicas}`)],
  ["  maxmemory", only("redis", ({ redis }) => formatBytes(redis.tuning.maxmemory))],
  ["  maxmemory-policy", only("redis", ({ redis }) => redis.tuning.maxmemoryPolicy)],
  ["cache", only("cache", ({ cache }) => formatBytes(cache.tuning.maxmemory))],
  ["  maxmemory-policy", only("cache", ({ cache }) => cache.tuning.maxmemoryPolicy)],
  ["balancer connections", ({ balancer }) => String(balancer.maxConnections)],
  ["  HAProxy: maxconn", haproxy("maxconn")],
  ["  HAProxy: nbthread", haproxy("nbthread")],
  ["  nginx: worker_processes", nginx("workerProcesses")],
  ["  nginx: worker_connections", nginx("workerConnections")],
  ["disk", ({ storage }) => formatBytes(storage)],
  ["machines", ({ machines }) => machineOf(machines[0])],
  ["  for the database", ({ machines }) => machineOf(machines[1])],
  ["a month", money],
  ["or all on one machine", onOne],
];

/** A column for each size. `assumed` is what they were made by. */
export function sizesTable(columns: readonly (readonly [string, FleetSize])[], assumed: Assumptions): string {
  const rows = ROWS.map(([name, of]) => [name, ...columns.map(([, size]) => of(size, assumed))]).filter(
    ([, ...cells]) => cells.some((cell) => cell !== ""),
  );
  return formatTable(
    [{ heading: "", align: "left" }, ...columns.map(([heading]) => ({ heading, align: "right" as const }))],
    rows,
  );
}
