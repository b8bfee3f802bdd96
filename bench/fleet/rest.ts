import { setTimeout as sleep } from "node:timers/promises";
import { createProject } from "../../tests/harness/project.ts";
import { CHEAP, fleetFile, SERVER } from "./application.ts";
import { cpuPercent, residentBytes } from "./measure.ts";
import { Pm2 } from "./pm2.ts";
import type { Row } from "./row.ts";

const SETTLE = 10_000;
const OVER = 20_000;
const LONG = 60_000;
/** Balancer, PostgreSQL 1 + 2, pooler, Redis 1 + 1, cache and three Sentinels. */
const OTHERS = 11;

interface Cost {
  readonly megabytes: number;
  readonly percent: number;
}

/** What a process that looks after others costs while nothing happens. */
async function costOf(pid: number, over = OVER): Promise<Cost> {
  await sleep(SETTLE);
  const percent = await cpuPercent(pid, over);
  return { megabytes: residentBytes(pid) / 1e6, percent };
}

async function engine(port: number, size: number, how: { command?: string; over?: number } = {}): Promise<Cost> {
  const { command, over } = how;
  const web = size - OTHERS;
  const file = fleetFile({ port, web, data: true, ...(command !== undefined && { command }) });
  await using project = await createProject({
    files: { "server.mjs": SERVER, "server.pl": CHEAP, "tenfold.yaml": file },
  });
  await project.up();
  const { members } = await project.healthy();
  if (members.length !== size) throw new Error(`${members.length} of ${size} members`);
  return await costOf(project.engine, over);
}

function memory(costs: readonly Cost[]): number[] {
  return costs.map(({ megabytes }) => megabytes);
}

function cpu(costs: readonly Cost[]): number[] {
  return costs.map(({ percent }) => percent);
}

async function daemon(port: number): Promise<Cost> {
  await using project = await createProject({ files: { "server.mjs": SERVER } });
  await using pm2 = new Pm2(project, { port });
  await pm2.start(20);
  return await costOf(pm2.daemon);
}

/** The engine with twenty members, the data tier among them, and PM2's daemon with twenty instances, at rest. */
export async function rest(runs: number, port: number): Promise<Row[]> {
  const times = Math.min(runs, 3);
  const [own, other]: [Cost[], Cost[]] = [[], []];
  for (let run = 0; run < times; run += 1) {
    own.push(await engine(port, 20));
    other.push(await daemon(port));
  }
  return [
    { what: "at rest, 20 processes: memory", who: "Tenfold", unit: "MB", runs: memory(own), target: 100 },
    { what: "at rest, 20 processes: memory", who: "PM2's daemon", unit: "MB", runs: memory(other) },
    { what: "at rest, 20 processes: of a core", who: "Tenfold", unit: "%", runs: cpu(own), target: 1 },
    { what: "at rest, 20 processes: of a core", who: "PM2's daemon", unit: "%", runs: cpu(other) },
  ];
}

/** The engine with fifty members at rest, the same data tier and cheap web instances. A minute each time. */
export async function fifty(runs: number, port: number): Promise<Row[]> {
  const costs: Cost[] = [];
  for (let run = 0; run < Math.min(runs, 3); run += 1)
    costs.push(await engine(port, 50, { command: "exec perl server.pl", over: LONG }));
  const who = "Tenfold";
  return [
    { what: "at rest, 50 processes: memory", who, unit: "MB", runs: memory(costs) },
    { what: "at rest, 50 processes: of a core", who, unit: "%", runs: cpu(costs), note: "looks are a part of it" },
  ];
}
