import { DatabaseError } from "pg";

/** SQLSTATEs of a server that is starting, stopping, full, or no longer the primary, and of transactions that collided. */
const PASSING: ReadonlySet<string> = new Set([
  "25006", // read_only_sql_transaction: it was the primary until a moment ago
  "40001", // serialization_failure; on a replica: the query was in the way of replication
  "40P01", // deadlock_detected
  "53300", // too_many_connections
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
]);

/** What `pg` says of a connection that it lost or could not get. These errors have no code. */
const CONNECTION = /^(Connection terminated|Client has encountered a connection error|timeout e|Query read timeout)/;

/** Whether the same statement may succeed in a moment, on another connection. It may also have succeeded already. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isTransient);
  if (error instanceof DatabaseError) return PASSING.has(error.code ?? "") || error.code?.startsWith("08") === true;
  if (!(error instanceof Error)) return false;
  const system = "code" in error && typeof error.code === "string" && "syscall" in error;
  return system || CONNECTION.test(error.message);
}
