import pg from "pg";

/** The name of the queue, and the kind of job in it. */
export const REPORTS: string = "reports";
export const DAILY_METRICS: string = "daily-metrics";

/**
 * Computes days anew from what is on record, so doing it twice changes nothing. It starts with the day before the
 * last one that it knows: so it catches up after any pause, and sees sessions that were committed past midnight.
 * In the order of the days, so that two workers at once wait for each other and do not deadlock.
 */
const AGGREGATE = `
INSERT INTO daily_metrics AS known (day, sessions, minutes, average_rating, computed_at)
SELECT (recorded_at AT TIME ZONE 'UTC')::date AS day, count(*), sum(minutes), round(avg(rating), 2), now()
FROM sessions
WHERE recorded_at >= coalesce((SELECT max(day) - 1 FROM daily_metrics)::timestamp AT TIME ZONE 'UTC', '-infinity')
GROUP BY day
ORDER BY day
ON CONFLICT (day) DO UPDATE
SET sessions = excluded.sessions, minutes = excluded.minutes,
    average_rating = excluded.average_rating, computed_at = excluded.computed_at`;

/** Brings `daily_metrics` up to date, in less than 30 s or not at all. Returns how many days it computed. */
export async function aggregateDailyMetrics(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 22_000 });
  // A connection that breaks fails the query, too; that is where it is dealt with.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("BEGIN");
    // LOCAL: for this transaction only, since the pooler gives the connection to somebody else after it.
    await client.query("SET LOCAL statement_timeout = '20s'");
    const { rowCount } = await client.query(AGGREGATE);
    await client.query("COMMIT");
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}
