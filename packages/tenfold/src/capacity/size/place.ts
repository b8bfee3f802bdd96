import { type Bytes, bytes } from "../../units/bytes.ts";
import type { Assumptions } from "./assumptions.ts";
import type { FleetSize, Load, Standard } from "./fleet-size.ts";
import { chooseEach, chooseMachines, type MachineGroup, type Room } from "./machines.ts";
import type { MachineType, PriceTable } from "./prices.ts";

/** Nothing is planned to be busier than this. */
export const BUSY = 0.6;
/** A server of the database leaves a third of its machine to the system's cache of files. */
const DATABASE_SHARE = 1.5;
const GIB = 1024 ** 3;

/** All of a fleet on one machine. */
export interface OneMachine extends Room {
  /** The cheapest type of the table that has the room; `null`: none has. */
  readonly type: MachineType | null;
}

/** What there is to place. */
export interface Placing {
  readonly load: Load;
  readonly size: Omit<FleetSize, "machines" | "lacking" | "oneMachine" | "cost" | "balancer" | "storage">;
  readonly standard: Standard;
  readonly assumed: Assumptions;
}

export type Placed = Pick<FleetSize, "machines" | "lacking" | "oneMachine">;

function applicationOf({ load, size, assumed }: Placing): Room {
  const { parts } = assumed;
  const jobs = parts.workers ? load.rate * assumed.jobShare * assumed.jobTime : 0;
  const processes = size.web + (parts.workers ? size.workers : 0);
  const redis = parts.redis ? size.redis.memory * (1 + size.redis.replicas) : 0;
  const cache = parts.cache ? size.cache.memory : 0;
  const each = assumed.balancerTime + assumed.redisCpu;
  return {
    cores: (load.webCores + jobs + load.rate * each) / BUSY,
    memory: bytes(processes * assumed.instanceMemory + redis + cache),
  };
}

/** Servers of the database, where there are any, share the work, and have the memory each. */
function together({ load, size, assumed }: Placing, application: Room, server: Room): Room {
  if (!assumed.parts.postgres) return application;
  const busy = Math.ceil((load.rate * assumed.databaseCpu) / BUSY);
  return {
    cores: application.cores + Math.max(size.postgres.cores, busy),
    memory: bytes(application.memory + server.memory * (1 + size.postgres.replicas)),
  };
}

/** `5.6 cores and 12 GB`. */
export function roomText({ cores, memory }: Room): string {
  const rounded = (value: number): number => Math.ceil(value * 10 - 1e-9) / 10;
  return `${rounded(cores)} ${cores === 1 ? "core" : "cores"} and ${rounded(memory / GIB)} GB`;
}

function noneFor(purpose: string, room: Room): string {
  return `no machine of the price table has ${roomText(room)}, which ${purpose} needs`;
}

/** The machines: all on one where that is the tier's standard, else those of the application and those of the data. */
export function place(placing: Placing, prices: PriceTable): Placed {
  const { size, standard, assumed } = placing;
  const application = applicationOf(placing);
  const server: Room = { cores: size.postgres.cores, memory: bytes(size.postgres.memory * DATABASE_SHARE) };
  const room = together(placing, application, server);
  const one = chooseEach("everything", 1, room, prices);
  const oneMachine = { ...room, type: one?.type ?? null };
  const placed = (groups: readonly MachineGroup[], lacking: string | null): Placed => {
    return { machines: lacking === null ? groups : [], lacking, oneMachine };
  };
  if (standard.machines === 1)
    return one === null ? placed([], noneFor("all of it on one machine", room)) : placed([one], null);
  const { parts } = assumed;
  const servers = parts.postgres ? chooseEach("database", 1 + size.postgres.replicas, server, prices) : null;
  if (parts.postgres && servers === null) return placed([], noneFor("a server of the database", server));
  const whole = [parts.redis ? size.redis.memory : 0, parts.cache ? size.cache.memory : 0];
  const most: Bytes = bytes(Math.max(assumed.instanceMemory, ...whole));
  const wish = { purpose: "application", least: standard.machines, spare: 1, room: application };
  const web = chooseMachines({ ...wish, piece: { cores: 0, memory: most } }, prices);
  if (web !== null) return placed(servers === null ? [web] : [web, servers], null);
  const told = `the application needs ${roomText(application)}, which 500 machines of no type of the price table have`;
  return placed([], told);
}
