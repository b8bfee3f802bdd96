import { fail, readEnvironment } from "./environment.ts";
import { aggregateDailyMetrics, DAILY_METRICS, REPORTS } from "./jobs/daily-metrics.ts";
import { type Job, JobQueue } from "./jobs/queue.ts";
import { WAIT, work } from "./jobs/work.ts";
import { COMMAND_DEADLINE, connectRedis } from "./redis.ts";
import { onShutdown } from "./shutdown.ts";

/** A background worker: takes jobs from the queue `reports`. Any number may run. */

const { settings, log } = readEnvironment();
const { databaseUrl, redisUrl, instanceId } = settings;
if (databaseUrl === null || redisUrl === null) fail("a worker needs DATABASE_URL and REDIS_URL");

const redis = connectRedis(redisUrl, log, WAIT + COMMAND_DEADLINE);
const stopping = new AbortController();

async function run(job: Job): Promise<void> {
  if (job.kind !== DAILY_METRICS) throw new Error(`no worker knows the kind of job ${job.kind}`);
  await aggregateDailyMetrics(databaseUrl ?? "");
}

let working = Promise.resolve();
onShutdown({
  log,
  deadline: 28_000,
  stop: async () => {
    stopping.abort();
    await working;
    redis.disconnect();
  },
});

log.info("working", { queue: REPORTS, version: settings.version });
working = work({ queue: new JobQueue(redis, REPORTS), worker: instanceId, run, log }, stopping.signal);
await working;
