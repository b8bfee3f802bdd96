import { usualPostgresMemory } from "../../fleet/tuning.ts";
import { MOST_MEMBERS } from "../../spec/scalars.ts";
import { type Bytes, bytes, configBytes } from "../../units/bytes.ts";
import { figure } from "../../units/figure.ts";
import type { FleetSize } from "../size/fleet-size.ts";
import type { Room } from "../size/machines.ts";
import { roomText } from "../size/place.ts";
import { typeText } from "../size/prices.ts";
import type { Present } from "./present.ts";

/** One thing to do on the way from what there is to what is needed. */
export interface PathStep {
  readonly title: string;
  readonly why: string;
  /** Lines of the fleet file that change, as `postgres.pool.size: 40`; empty: none. */
  readonly edits: readonly string[];
  /** To be run one after the other in the project's directory. */
  readonly commands: readonly string[];
}

export interface Goal {
  readonly size: FleetSize;
  /** Seconds. */
  readonly p95: number;
}

const GIB = 1024 ** 3;

function gigabytes(value: Bytes): string {
  return `${Math.round((value / GIB) * 10) / 10} GB`;
}

function apply(isRunning: boolean): string {
  return isRunning ? "tenfold up -d" : "tenfold config";
}

/** Of what a type is said to have, the system shows a little less. */
const SHOWN = 0.9;

function isEnough({ machine }: Present, { size }: Pick<Goal, "size">): boolean {
  const { cores, memory } = size.oneMachine;
  return machine.cores >= cores && machine.memory >= memory * SHOWN;
}

/** What the fleet has after the first step: this machine, or the one that it moves to. */
function machineThen(present: Present, { size }: Pick<Goal, "size">): Room {
  const { type } = size.oneMachine;
  if (isEnough(present, { size }) || type === null) return present.machine;
  return { cores: type.cores, memory: bytes(type.memory * SHOWN) };
}

function hasDatabase({ parts }: Present): boolean {
  return parts.postgres || parts.redis;
}

/** What moves to another machine: data of a fleet that runs. Without a database, that is what the application keeps in files. */
function movingCommands(present: Present): string[] {
  if (!present.isRunning) return [];
  const files = hasDatabase(present)
    ? ""
    : "  # only where the application keeps files in $STORAGE_DIR, as the next line";
  return [
    `tenfold backup${files}`,
    "tenfold restore --from <directory of the backups>  # there, with the same fleet file",
    ...(hasDatabase(present) ? [] : ["tenfold up -d  # there"]),
  ];
}

function machineStep(present: Present, { size }: Goal): PathStep[] {
  const { oneMachine } = size;
  if (isEnough(present, { size }) || oneMachine.type === null) return [];
  const why = `all of it on one machine needs ${roomText(oneMachine)}; this one has ${roomText(present.machine)}`;
  const still = present.isRunning
    ? ""
    : "; nothing runs here: bring the project's directory there, and where it ever ran, what tenfold backup saves while it does";
  return [
    {
      title: `move to a machine of ${typeText(oneMachine.type)}`,
      why: `${why}${still}`,
      edits: [],
      commands: movingCommands(present),
    },
  ];
}

/** Where no machine has the room, there is no way: what would grow could not run here. */
function noWay(present: Present, { size }: Goal): PathStep {
  return {
    title: "several machines: Tenfold does not run on several yet",
    why: `all of it on one needs ${roomText(size.oneMachine)}, which no machine of the price table has; this one has ${roomText(present.machine)}`,
    edits: [],
    commands: [],
  };
}

function postgresStep(present: Present, { size }: Goal): PathStep[] {
  const { postgres } = present;
  if (postgres === null) return [];
  const wanted = size.postgres;
  const steps: PathStep[] = [];
  if (postgres.replicas < wanted.replicas)
    steps.push({
      title: `PostgreSQL replicas: ${postgres.replicas} → ${wanted.replicas}`,
      why: "a replica stands in when the primary fails, and answers reads until then",
      edits: [`postgres.replicas: ${wanted.replicas}`],
      commands: [present.isRunning ? `tenfold scale postgres.replicas=${wanted.replicas}` : "tenfold config"],
    });
  const edits: string[] = [];
  if (postgres.poolSize < wanted.poolSize) edits.push(`postgres.pool.size: ${wanted.poolSize}`);
  if (postgres.poolClients < wanted.poolClients) edits.push(`postgres.pool.clients: ${wanted.poolClients}`);
  const servers = 1 + Math.max(postgres.replicas, wanted.replicas);
  const own = usualPostgresMemory(machineThen(present, { size }).memory, servers);
  // The machine has the room for it: it was chosen for all of the size, or holds that.
  if ((postgres.memory ?? own) < wanted.memory) edits.push(`postgres.memory: ${configBytes(wanted.memory)}`);
  if (edits.length > 0)
    steps.push({
      title: "PostgreSQL's memory and pool",
      why: `${wanted.poolSize} connections at work for ${figure(size.rate)} requests a second, ${gigabytes(wanted.memory)} for the data that is used all the time`,
      edits,
      commands: [apply(present.isRunning)],
    });
  return steps;
}

function redisStep(present: Present, { size }: Goal): PathStep[] {
  const edits: string[] = [];
  const { redis, cache } = present;
  if (redis !== null && redis.memory < size.redis.memory) edits.push(`redis.memory: ${configBytes(size.redis.memory)}`);
  if (redis !== null && redis.replicas < size.redis.replicas) edits.push(`redis.replicas: ${size.redis.replicas}`);
  if (cache !== null && cache.memory < size.cache.memory) edits.push(`cache.memory: ${configBytes(size.cache.memory)}`);
  if (edits.length === 0) return [];
  const why = `sessions, queues and the cache of ${size.users} users`;
  return [{ title: "Redis", why, edits, commands: [apply(present.isRunning)] }];
}

function balancerStep(present: Present, { size }: Goal): PathStep[] {
  const wanted = size.balancer.maxConnections;
  if (present.maxConnections >= wanted) return [];
  return [
    {
      title: `connections of the balancer: ${present.maxConnections} → ${wanted}`,
      why: "a browser keeps up to six",
      edits: [`balancer.maxConnections: ${wanted}`],
      commands: [apply(present.isRunning)],
    },
  ];
}

/** Workers are divided as they are now: which queue has how much to do, nobody here knows. */
function scaleStep(present: Present, { size }: Goal): PathStep[] {
  const orders: string[] = [];
  const edits: string[] = [];
  if (present.web < size.web) {
    orders.push(`web=${size.web}`);
    edits.push(`web.instances: ${size.web}`);
  }
  const names = Object.entries(present.workers);
  const now = names.reduce((sum, [, count]) => sum + count, 0);
  if (now > 0 && now < size.workers)
    for (const [name, count] of names) {
      const wanted = Math.min(MOST_MEMBERS, Math.ceil((count / now) * size.workers));
      if (wanted <= count) continue;
      orders.push(`worker.${name}=${wanted}`);
      edits.push(`workers.${name}.instances: ${wanted}`);
    }
  if (orders.length === 0) return [];
  return [
    {
      title: `instances: ${orders.join(", ")}`,
      why: `${figure(size.rate)} requests a second, with one instance to spare`,
      edits,
      commands: [present.isRunning ? `tenfold scale ${orders.join(" ")}` : "tenfold config"],
    },
  ];
}

/**
 * The way from here to there, on one machine: the data is saved first, then everything below the application grows, then the
 * application, and in the end it is tried. Empty when nothing has to grow.
 */
export function planPath(present: Present, goal: Goal): PathStep[] {
  const grows = [machineStep, postgresStep, redisStep, balancerStep, scaleStep].flatMap((step) => step(present, goal));
  if (!isEnough(present, goal) && goal.size.oneMachine.type === null) return [noWay(present, goal)];
  if (grows.length === 0) return [];
  const first: PathStep[] = hasDatabase(present)
    ? [
        {
          title: "save the data",
          why: present.backups ? "the last scheduled backup may be hours old" : "there are no scheduled backups",
          edits: present.backups ? [] : ["backups: true"],
          commands: present.isRunning ? [...(present.backups ? [] : [apply(true)]), "tenfold backup --verify"] : [],
        },
      ]
    : [];
  const rate = Math.ceil(goal.size.rate);
  const limit = Math.round(goal.p95 * 1_000);
  const last: PathStep = {
    title: "try it",
    why: "a plan is a guess until it was measured",
    edits: [],
    commands: [
      ...(present.isRunning ? [] : ["tenfold up -d"]),
      `tenfold load --rate ${rate} --poisson --duration 2m --threshold "p95<${limit}ms" --threshold "errors<0.1%"`,
      `tenfold plan --measure --users ${goal.size.users} --p95 ${limit}ms`,
    ],
  };
  return [...first, ...grows, last];
}
