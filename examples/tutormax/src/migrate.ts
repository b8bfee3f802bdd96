import pg from "pg";
import { migrate } from "./database/migrate.ts";
import { fail, readEnvironment } from "./environment.ts";
import { describeError } from "./log.ts";

/** The release command: brings the database to what this release needs, past the pooler. Exits 1 when it cannot. */

const { settings, log } = readEnvironment();
if (settings.databaseDirectUrl === null) {
  log.info("nothing to migrate", { reason: "neither DATABASE_DIRECT_URL nor DATABASE_URL is set" });
  process.exit(0);
}

const client = new pg.Client({
  connectionString: settings.databaseDirectUrl,
  connectionTimeoutMillis: 10_000,
  query_timeout: 60_000,
});
// A connection that breaks fails the query, too; that is where it is dealt with.
client.on("error", () => {});
try {
  await client.connect();
  const applied = await migrate(client, new Date());
  log.info("migrated", { applied, milliseconds: Math.round(performance.now()) });
  await client.end();
} catch (error) {
  fail(`the migration failed: ${describeError(error)}`);
}
