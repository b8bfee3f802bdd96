import type { Ending } from "../check/ending.ts";

/** What a client of PostgreSQL knows of a transaction that did not simply succeed. */
export interface SqlSymptoms {
  /** What commits it had been sent: COMMIT, or a statement that is a transaction by itself. */
  readonly commitSent: boolean;
  /** The code of the server's or the pooler's error; `null` when the connection broke or the time was up. */
  readonly code: string | null;
  readonly message: string;
}

/** The pooler refused before it had given the statement to any server. */
const NEVER_FORWARDED =
  /query_wait_timeout|client_login_timeout|cannot connect to server|server login has been failing|no more connections allowed|database .*(does not exist|is disabled)|no such database/i;

/**
 * A connection that breaks after a COMMIT was sent leaves it unknown. So does a server that is told to end (57P01,
 * 57P02): it may have committed and only not waited for a replica. Other errors of the server are definite.
 */
export function endingOf({ commitSent, code, message }: SqlSymptoms): Ending {
  if (!commitSent) return "failed";
  if (code === null) return "unknown";
  if (code.startsWith("08")) return NEVER_FORWARDED.test(message) ? "failed" : "unknown";
  return code === "57P01" || code === "57P02" ? "unknown" : "failed";
}
