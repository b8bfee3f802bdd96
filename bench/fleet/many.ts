import { setTimeout as sleep } from "node:timers/promises";
import { createProject } from "../../tests/harness/project.ts";
import { CHEAP, fleetFile } from "./application.ts";
import { cpuPercent, residentBytes } from "./measure.ts";
import type { Row } from "./row.ts";

const SIZES = [200, 400, 800];
const TARGETS: Readonly<Record<number, { readonly ps: number; readonly memory: number }>> = {
  200: { ps: 0.5, memory: 150 },
};
const LISTINGS = 7;

async function measure(size: number, port: number): Promise<Row[]> {
  const who = "Tenfold";
  // The balancer is a member, too.
  const files = {
    "server.pl": CHEAP,
    "tenfold.yaml": fleetFile({ port, web: size - 1, command: "exec perl server.pl" }),
  };
  await using project = await createProject({ files });
  const since = performance.now();
  await project.up();
  const up = (performance.now() - since) / 1000;
  const listings: number[] = [];
  for (let count = 0; count < LISTINGS; count += 1) {
    const before = performance.now();
    await project.tenfold("ps");
    listings.push((performance.now() - before) / 1000);
  }
  const { members } = await project.healthy();
  if (members.length !== size) throw new Error(`${members.length} of ${size} members`);
  const memory = residentBytes(project.engine) / 1e6;
  await sleep(5_000);
  const cpu = await cpuPercent(project.engine, 10_000);
  const { ps, memory: most } = TARGETS[size] ?? {};
  return [
    { what: `${size} members: up, all healthy`, who, unit: "s", runs: [up] },
    { what: `${size} members: ps`, who, unit: "s", runs: listings, ...(ps !== undefined && { target: ps }) },
    {
      what: `${size} members: engine's memory`,
      who,
      unit: "MB",
      runs: [memory],
      ...(most !== undefined && { target: most }),
    },
    { what: `${size} members: engine at rest, of a core`, who, unit: "%", runs: [cpu] },
  ];
}

/** Many cheap web instances: 200, and beyond that until something breaks. */
export async function many(_runs: number, port: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of SIZES) {
    try {
      rows.push(...(await measure(size, port)));
    } catch (error) {
      console.error(`  ${size} members: ${error instanceof Error ? error.message.slice(0, 1_500) : error}`);
      break;
    }
  }
  return rows;
}
