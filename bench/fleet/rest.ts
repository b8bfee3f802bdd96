import { setTimeout as sleep } from "node:timers/promises";
import { createProject } from "../../tests/harness/project.ts";
import { fleetFile, SERVER } from "./application.ts";
import { cpuPercent, residentBytes } from "./measure.ts";
import { Pm2 } from "./pm2.ts";
import type { Row } from "./row.ts";

const SETTLE = 10_000;
const OVER = 20_000;

interface Cost {
  readonly megabytes: number;
  readonly percent: number;
}

/** What a process that looks after twenty others costs while nothing happens. */
async function costOf(pid: number): Promise<Cost> {
  await sleep(SETTLE);
  const percent = await cpuPercent(pid, OVER);
  return { megabytes: residentBytes(pid) / 1e6, percent };
}

async function engine(port: number): Promise<Cost> {
  const files = { "server.mjs": SERVER, "tenfold.yaml": fleetFile({ port, web: 9, data: true }) };
  await using project = await createProject({ files });
  await project.up();
  const { members } = await project.healthy();
  if (members.length !== 20) throw new Error(`${members.length} members`);
  return await costOf(project.engine);
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
    own.push(await engine(port));
    other.push(await daemon(port));
  }
  const memory = (costs: readonly Cost[]): number[] => costs.map(({ megabytes }) => megabytes);
  const cpu = (costs: readonly Cost[]): number[] => costs.map(({ percent }) => percent);
  return [
    { what: "at rest, 20 processes: memory", who: "Tenfold", unit: "MB", runs: memory(own), target: 100 },
    { what: "at rest, 20 processes: memory", who: "PM2's daemon", unit: "MB", runs: memory(other) },
    { what: "at rest, 20 processes: of a core", who: "Tenfold", unit: "%", runs: cpu(own), target: 1 },
    { what: "at rest, 20 processes: of a core", who: "PM2's daemon", unit: "%", runs: cpu(other) },
  ];
}
