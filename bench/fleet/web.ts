import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createProject, type Project } from "../../tests/harness/project.ts";
import { fleetFile, SERVER } from "./application.ts";
import { firstAnswer, median, statusOf } from "./measure.ts";
import { Pm2 } from "./pm2.ts";
import type { Row } from "./row.ts";

const CALLERS = 4;

/** A fleet of three instances that becomes one of six under load. Milliseconds. */
interface Growth {
  readonly first: number;
  readonly scaled: number;
  /** For each new instance, from when it listens to its first request. */
  readonly joined: readonly number[];
  readonly failed: number;
}

interface Note {
  readonly pid: number;
  readonly what: "listens" | "asked";
  readonly at: number;
}

function notesOf(path: string): Note[] {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Note);
}

function joinedSince(notes: readonly Note[], since: number): number[] {
  return notes
    .filter(({ what, at }) => what === "listens" && at >= since)
    .flatMap(({ pid, at }) => {
      const asked = notes.find((note) => note.pid === pid && note.what === "asked");
      return asked === undefined ? [] : [asked.at - at];
    });
}

/** Asks all the time while something happens, and until three more instances have been asked. Gives what failed. */
async function underLoad(url: string, act: () => Promise<void>, isOver: () => boolean): Promise<number> {
  let failed = 0;
  let acting = true;
  const deadline = Date.now() + 20_000;
  const call = async (): Promise<void> => {
    while (acting || (!isOver() && Date.now() < deadline)) if ((await statusOf(url)) !== 200) failed += 1;
  };
  const callers = Array.from({ length: CALLERS }, call);
  await act();
  acting = false;
  await Promise.all(callers);
  return failed;
}

async function grow(
  url: string,
  times: string,
  tool: { start: () => Promise<unknown>; scale: () => Promise<unknown> },
): Promise<Growth> {
  const began = performance.now();
  const answered = firstAnswer(url, began);
  await tool.start();
  const first = await answered;
  const since = Date.now();
  let scaled = Number.NaN;
  const joined = (): number[] => joinedSince(notesOf(times), since);
  const failed = await underLoad(
    url,
    async () => {
      const before = performance.now();
      await tool.scale();
      scaled = performance.now() - before;
    },
    () => joined().length >= 3,
  );
  return { first, scaled, joined: joined(), failed };
}

async function projectWith(port: number): Promise<{ project: Project; times: string }> {
  const project = await createProject({ files: { "server.mjs": SERVER } });
  const times = project.path("times.jsonl");
  writeFileSync(times, "");
  chmodSync(times, 0o666);
  await project.write({ "tenfold.yaml": fleetFile({ port, web: 3, times }) });
  return { project, times };
}

async function tenfold(port: number): Promise<Growth> {
  const { project, times } = await projectWith(port);
  await using own = project;
  return await grow(`http://127.0.0.1:${port}/`, times, {
    start: () => own.up(),
    scale: () => own.tenfold("scale", "6"),
  });
}

async function pm2(port: number): Promise<Growth> {
  const { project, times } = await projectWith(port);
  await using own = project;
  await using tool = new Pm2(own, { port, times });
  return await grow(`http://127.0.0.1:${port}/`, times, {
    start: () => tool.start(3),
    scale: () => tool.run("scale", "app", "6"),
  });
}

function rows(who: string, all: readonly Growth[]): Row[] {
  const of = (pick: (one: Growth) => number): number[] => all.map((one) => pick(one) / 1000);
  const failed = all.reduce((sum, one) => sum + one.failed, 0);
  const target = who === "Tenfold" ? { target: 0.3 } : {};
  const worst = ({ joined }: Growth): number => Math.max(...joined);
  return [
    { what: "web tier alone, first answer", who, unit: "s", runs: of(({ first }) => first) },
    { what: "3 to 6 instances", who, unit: "s", runs: of(({ scaled }) => scaled), note: `${failed} failed requests` },
    {
      what: "a new instance listens, until its first request",
      who,
      unit: "s",
      runs: of(({ joined }) => median(joined)),
      ...target,
    },
    { what: "the same, the slowest of three", who, unit: "s", runs: of(worst) },
  ];
}

/** The web tier alone, beside PM2: started with three instances, then scaled to six under load. */
export async function web(runs: number, port: number): Promise<Row[]> {
  const [own, other]: [Growth[], Growth[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    own.push(await tenfold(port));
    other.push(await pm2(port));
  }
  const theirs = rows("PM2", other);
  return rows("Tenfold", own).flatMap((row, at) => [row, theirs[at]].filter((one): one is Row => one !== undefined));
}
