import type { Evidence } from "../report/evidence.ts";
import type { Loads, PostgresLoads, RedisLoads } from "./loads.ts";

async function gatherPostgres({ inserts, bank, appends, sessions }: PostgresLoads): Promise<Evidence["postgres"]> {
  const anomalies = await appends.verdict();
  return {
    inserts: inserts.inserts,
    inserted: await inserts.verdict(),
    transfers: bank.transfers,
    bank: await bank.verdict(),
    history: appends.history,
    anomalies,
    sessions: sessions === null ? null : await sessions.verdict(),
  };
}

async function gatherRedis({ counters, jobs }: RedisLoads): Promise<Evidence["redis"]> {
  return { increments: counters.increments, counters: await counters.verdict(), jobs: await jobs.verdict() };
}

/** Looks at what is there, and puts it beside what clients were told. Fault: TF_DRILL_DATABASE. */
export async function gatherEvidence(loads: Loads): Promise<Evidence> {
  const { requests, postgres, redis, stoppedAt } = loads;
  return {
    startedAt: requests.records[0]?.startedAt ?? stoppedAt,
    endedAt: stoppedAt,
    requests: requests.records,
    postgres: postgres === null ? null : await gatherPostgres(postgres),
    redis: redis === null ? null : await gatherRedis(redis),
  };
}
