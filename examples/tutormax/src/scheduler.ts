import { pause } from "./deadline.ts";
import { fail, readEnvironment } from "./environment.ts";
import { DAILY_METRICS, REPORTS } from "./jobs/daily-metrics.ts";
import { minuteOf, untilNextMinute } from "./jobs/minute.ts";
import { JobQueue } from "./jobs/queue.ts";
import { describeError } from "./log.ts";
import { connectRedis } from "./redis.ts";
import { onShutdown } from "./shutdown.ts";

/**
 * Enqueues the computing of daily metrics: at its start, then every minute. The job's id is made of the minute, so a
 * scheduler that was restarted, or a second one, does not enqueue it again. A minute without a scheduler is left out:
 * the next job does its work as well.
 */

const { settings, log } = readEnvironment();
if (settings.redisUrl === null) fail("the scheduler needs REDIS_URL");

const redis = connectRedis(settings.redisUrl, log);
const queue = new JobQueue(redis, REPORTS);
const stopping = new AbortController();

onShutdown({
  log,
  deadline: 5_000,
  stop: async () => {
    stopping.abort();
    redis.disconnect();
  },
});

log.info("scheduling", { queue: REPORTS, version: settings.version });
while (!stopping.signal.aborted) {
  const job = { id: `${DAILY_METRICS}:${minuteOf(Date.now())}`, kind: DAILY_METRICS };
  try {
    if (await queue.enqueue(job)) log.info("job enqueued", { job: job.id });
    await pause(untilNextMinute(Date.now()), stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) break;
    log.warn("queue does not answer", { error: describeError(error) });
    await pause(1_000, stopping.signal);
  }
}
