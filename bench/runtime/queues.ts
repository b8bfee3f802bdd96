import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { RedisServer } from "../../packages/runtime/src/testing/redis-server.ts";
import { atLeast, atMost, inTurns, measured, type Row } from "./row.ts";

interface Run {
  readonly perSecond: number;
  /** Microseconds of the worker's processor time a job. */
  readonly cpu: number;
}

const run = promisify(execFile);

/** A worker in a process of its own, over a Redis that holds nothing else. */
async function work(redis: RedisServer, subject: "ours" | "bullmq"): Promise<Run> {
  await redis.command("FLUSHALL");
  const program = join(import.meta.dirname, "queues-worker.ts");
  const { stdout } = await run(process.execPath, ["--conditions=source", program, subject, redis.url]);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Run;
}

export const row: Row = {
  name: "Queues: one worker process, 100 jobs at a time",
  async measure(runs) {
    await using redis = await RedisServer.start();
    const seen: Record<"ours" | "bullmq", Run[]> = { ours: [], bullmq: [] };
    const turn = (subject: "ours" | "bullmq") => async () => {
      const one = await work(redis, subject);
      seen[subject].push(one);
      return one.perSecond;
    };
    const speed = await inTurns(runs, { ours: turn("ours"), bullmq: turn("bullmq") });
    const cpu = { ours: seen.ours.map((one) => one.cpu), bullmq: seen.bullmq.map((one) => one.cpu) };
    // Each run beside the one of the peer next to it.
    const ratio = (a: readonly number[], b: readonly number[]) => a.map((value, at) => value / (b[at] as number));
    return [
      measured("jobs", speed.ours, "a second"),
      measured("jobs, BullMQ", speed.bullmq, "a second"),
      measured("throughput, of BullMQ's", ratio(speed.ours, speed.bullmq), "x", { goal: atLeast(1, "x") }),
      measured("CPU a job", cpu.ours, "µs"),
      measured("CPU a job, BullMQ", cpu.bullmq, "µs"),
      measured("CPU a job, of BullMQ's", ratio(cpu.ours, cpu.bullmq), "x", { goal: atMost(1.1, "x") }),
    ];
  },
};
