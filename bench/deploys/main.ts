/**
 * npm run bench -- deploys [--requests=100000] [--rate=800] [--deploys=10] [--sockets=200] [--only=tenfold,pm2,swarm]: what
 * visitors notice of deploys, beside PM2's `reload` and a Swarm service's rolling update, on the same application and load.
 * Prints tables in Markdown.
 */
import { describeMachine } from "../fleet/machine.ts";
import { chosen, count } from "../options.ts";
import { type Figures, measure } from "./measure.ts";
import { openPm2 } from "./pm2.ts";
import { deploysTable, socketsTable } from "./print.ts";
import { openSwarm } from "./swarm.ts";
import { openTenfold } from "./tenfold.ts";
import { Absent, type Tool } from "./tool.ts";

const TOOLS: Readonly<Record<string, (port: number) => Promise<Tool>>> = {
  tenfold: openTenfold,
  pm2: openPm2,
  swarm: openSwarm,
};
const FIRST_PORT = 19_300;

const load = {
  deploys: count("deploys", 10),
  rate: count("rate", 800),
  requests: count("requests", 100_000),
  sockets: count("sockets", 200),
};
const only = chosen("only", Object.keys(TOOLS), "tool");

console.log(describeMachine());
const all: Figures[] = [];
for (const [at, name] of only.entries()) {
  console.error(`· ${name}`);
  try {
    await using tool = await TOOLS[name]?.(FIRST_PORT + at);
    if (tool !== undefined) all.push(await measure(tool, load));
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    console.log(`\n${name} is left out: ${error.message}.`);
  }
}
console.log(["", ...deploysTable(all), "", ...socketsTable(all)].join("\n"));
