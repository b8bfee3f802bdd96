import { execFileSync } from "node:child_process";
import { chmod, chown, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ROOT } from "../../tests/harness/program.ts";
import { createProject, type Project } from "../../tests/harness/project.ts";
import { fleetFile, SERVER } from "./application.ts";
import { firstAnswer } from "./measure.ts";
import type { Row } from "./row.ts";

const HAND = join(ROOT, "bench/fleet/by-hand.sh");
const NODE_BIN = dirname(process.execPath);

/** Time to the first balanced answer, and until whoever started it was done. */
interface Start {
  readonly first: number;
  readonly done: number;
}

async function timed(url: string, start: () => Promise<unknown>): Promise<Start> {
  const since = performance.now();
  const first = firstAnswer(url, since);
  await start();
  const done = performance.now() - since;
  return { first: await first, done };
}

async function tenfold(port: number): Promise<{ cold: Start; warm: Start }> {
  const files = { "server.mjs": SERVER, "tenfold.yaml": fleetFile({ port, web: 3, data: true }) };
  await using project = await createProject({ files });
  const url = `http://127.0.0.1:${port}/`;
  const cold = await timed(url, () => project.up());
  await project.tenfold("down");
  const warm = await timed(url, () => project.up());
  return { cold, warm };
}

/** As root, servers have to run as somebody else, as Tenfold's do. */
function asServices(): { argv: readonly string[]; uid: number; gid: number } {
  if (process.getuid?.() !== 0) return { argv: [], uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const id = (flag: string): number => Number(execFileSync("id", [flag, "tenfold"], { encoding: "utf8" }));
  const [uid, gid] = [id("-u"), id("-g")];
  return { argv: ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"], uid, gid };
}

function postgresBin(): string {
  const command = "ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1";
  return execFileSync("sh", ["-c", command], { encoding: "utf8" }).trim();
}

async function byHand(port: number): Promise<{ cold: Start; warm: Start }> {
  const { argv, uid, gid } = asServices();
  await using project = await createProject({ files: { "server.mjs": SERVER } });
  const data = project.path("data");
  await mkdir(data);
  await chown(data, uid, gid);
  await chmod(data, 0o700);
  const app = `exec ${NODE_BIN}/node ${project.path("server.mjs")}`;
  const run = async (what: string): Promise<void> => {
    const words = [...argv, "sh", HAND, what, data, app, postgresBin(), `${port}`];
    const { code, stderr } = await finished(project, words);
    if (code !== 0) throw new Error(`by hand, ${what}: ${stderr}`);
  };
  const url = `http://127.0.0.1:${port}/`;
  try {
    const cold = await timed(url, () => run("start"));
    await run("stop");
    const warm = await timed(url, () => run("start"));
    return { cold, warm };
  } finally {
    await run("stop");
  }
}

function finished(project: Project, argv: readonly string[]): ReturnType<Project["run"]> {
  return project.run([], { argv });
}

function rows(who: string, starts: readonly { cold: Start; warm: Start }[]): Row[] {
  const of = (pick: (one: { cold: Start; warm: Start }) => number): number[] => starts.map((one) => pick(one) / 1000);
  const mine = who === "Tenfold";
  return [
    {
      what: "cold start, first balanced answer",
      who,
      unit: "s",
      runs: of(({ cold }) => cold.first),
      ...(mine && { target: 5 }),
    },
    { what: "cold start, all healthy", who, unit: "s", runs: of(({ cold }) => cold.done) },
    {
      what: "warm start, first balanced answer",
      who,
      unit: "s",
      runs: of(({ warm }) => warm.first),
      ...(mine && { target: 2 }),
    },
    { what: "warm start, all healthy", who, unit: "s", runs: of(({ warm }) => warm.done) },
  ];
}

/** The same fourteen processes, by `tenfold up` and by a script that starts one after the other; turn by turn. */
export async function start(runs: number, port: number): Promise<Row[]> {
  const all = { tenfold: [] as { cold: Start; warm: Start }[], hand: [] as { cold: Start; warm: Start }[] };
  for (let run = 0; run < runs; run += 1) {
    all.tenfold.push(await tenfold(port));
    all.hand.push(await byHand(port));
  }
  const pairs = rows("Tenfold", all.tenfold).flatMap((row, at) => [row, rows("a script, in sequence", all.hand)[at]]);
  return pairs.filter((row): row is Row => row !== undefined);
}
