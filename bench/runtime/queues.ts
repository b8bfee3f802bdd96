import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { RedisServer } from "../../packages/runtime/src/testing/redis-server.ts";
import { atLeast, atMost, inTurns, type Measured, measured, type Row } from "./row.ts";

interface Run {
  readonly perSecond: number;
  /** Microseconds of the process' time a job. */
  readonly cpu: number;
}

type Subject = "ours" | "bullmq";

/** What is done, and how many jobs of it at a time. */
const PARTS = [
  { what: "jobs done, 1 at a time", argv: ["work", "1"] },
  { what: "jobs done, 10 at a time", argv: ["work", "10"] },
  { what: "jobs done, 50 at a time", argv: ["work", "50"] },
  { what: "jobs enqueued, by 1 caller", argv: ["enqueue", "1"] },
  { what: "jobs enqueued, by 50 callers", argv: ["enqueue", "50"] },
  { what: "jobs enqueued, 500 a call", argv: ["enqueue", "500"] },
] as const;

const run = promisify(execFile);

/** In a process of its own, over a Redis that holds nothing else. */
async function inProcess(redis: RedisServer, subject: Subject, argv: readonly string[]): Promise<Run> {
  await redis.command("FLUSHALL");
  const program = join(import.meta.dirname, "queues-worker.ts");
  const { stdout } = await run(process.execPath, ["--conditions=source", program, subject, redis.url, ...argv]);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Run;
}

async function measurePart(
  redis: RedisServer,
  runs: number,
  { what, argv }: (typeof PARTS)[number],
): Promise<Measured[]> {
  const seen: Record<Subject, Run[]> = { ours: [], bullmq: [] };
  const turn = (subject: Subject) => async () => {
    const one = await inProcess(redis, subject, argv);
    seen[subject].push(one);
    return one.perSecond;
  };
  const speed = await inTurns(runs, { ours: turn("ours"), bullmq: turn("bullmq") });
  const cpu = { ours: seen.ours.map((one) => one.cpu), bullmq: seen.bullmq.map((one) => one.cpu) };
  // Each run beside the one of the peer next to it.
  const ratio = (a: readonly number[], b: readonly number[]) => a.map((value, at) => value / (b[at] as number));
  return [
    measured(what, speed.ours, "a second"),
    measured(`${what}, BullMQ`, speed.bullmq, "a second"),
    measured(`${what}, of BullMQ's`, ratio(speed.ours, speed.bullmq), "x", { goal: atLeast(1, "x") }),
    measured(`${what}: CPU a job`, cpu.ours, "µs"),
    measured(`${what}: CPU a job, BullMQ`, cpu.bullmq, "µs"),
    measured(`${what}: CPU a job, of BullMQ's`, ratio(cpu.ours, cpu.bullmq), "x", { goal: atMost(1.1, "x") }),
  ];
}

export const row: Row = {
  name: "Queues: one process",
  async measure(runs) {
    await using redis = await RedisServer.start();
    const rows: Measured[] = [];
    for (const part of PARTS) rows.push(...(await measurePart(redis, runs, part)));
    return rows;
  },
};
