import { Fault, isFault } from "../fault/index.ts";

/** What a failure leaves: nothing, so that it can be done again; or nobody knows. `failed`: the database has refused. */
export type Outcome = "retryable" | "indeterminate" | "failed";

export function outcomeOf(error: unknown): Outcome {
  if (isFault(error, "TF_RT_DATABASE_AWAY", "TF_RT_DATABASE_ROLLED_BACK", "TF_RT_DATABASE_READ_ONLY"))
    return "retryable";
  if (isFault(error, "TF_RT_DATABASE_INDETERMINATE")) return "indeterminate";
  const code = codeOf(error);
  if (code === "40001" || code === "40P01") return "retryable";
  // Libraries wrap what they were given.
  return error instanceof Error && error.cause !== undefined ? outcomeOf(error.cause) : "failed";
}

/** When it failed. */
export interface Moment {
  /** Whether a transaction was open before. */
  readonly transaction: boolean;
  readonly text: string;
}

const SYSTEM = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EHOSTUNREACH", "EAI_AGAIN"]);
const SENTENCES = /connection terminated|connection ended|connection error|timeout exceeded|read timeout|socket/i;
/** PgBouncer has led the statement to no server. */
const NOT_LED = /login has been failing|query_wait_timeout|is disabled|is paused|no such database|shutting down/i;
const COMMITS = /\b(?:commit|end|prepare)\b/i;

/** Whether the server, or the way to it, is gone; as opposed to a server that has an answer. */
export function isLoss(error: unknown): boolean {
  if (isFault(error, "TF_RT_DATABASE_AWAY", "TF_RT_DATABASE_INDETERMINATE", "TF_RT_DATABASE_ROLLED_BACK")) return true;
  const code = codeOf(error);
  if (code !== null) return SYSTEM.has(code) || /^(?:08|57P0[1-3])/.test(code);
  return error instanceof Error && SENTENCES.test(error.message);
}

/** Of an attempt to connect: nothing was executed. */
export function connectFault(error: unknown): unknown {
  if (!isLoss(error) && codeOf(error) !== "53300") return error;
  return isFault(error) ? error : new Fault("TF_RT_DATABASE_AWAY", "the database cannot be reached", { cause: error });
}

/** Of a statement. What the database itself refuses is left as it is, but for a primary that is none any more. */
export function statementFault(error: unknown, { transaction, text }: Moment): unknown {
  if (isFault(error)) return error;
  const code = codeOf(error);
  if (code === "25006") {
    return new Fault(
      "TF_RT_DATABASE_READ_ONLY",
      "the database takes no writes: it is no primary, or is none any more",
      {
        cause: error,
      },
    );
  }
  if (!isLoss(error)) return error;
  const message = error instanceof Error ? error.message : "";
  if (code === "57P03" || NOT_LED.test(message) || /not queryable/.test(message)) return away(error, transaction);
  if (transaction && !COMMITS.test(text)) return rolledBack(error);
  if (!transaction && /^\s*(?:begin|start)\b[^;]*;?\s*$/i.test(text)) return away(error, false);
  return new Fault("TF_RT_DATABASE_INDETERMINATE", "the connection was lost before the database had answered", {
    hint: "look whether it was done before doing it again, or make it idempotent",
    cause: error,
  });
}

/** The server has committed, but a replica's confirmation was not waited for to its end. */
export function unconfirmed(): Fault {
  return new Fault(
    "TF_RT_DATABASE_INDETERMINATE",
    "the commit was not confirmed by a replica, and a failover may lose it",
    {
      hint: "look whether it was done before doing it again, or make it idempotent",
    },
  );
}

function away(cause: unknown, transaction: boolean): Fault {
  return transaction
    ? rolledBack(cause)
    : new Fault("TF_RT_DATABASE_AWAY", "the database cannot be reached", { cause });
}

function rolledBack(cause: unknown): Fault {
  return new Fault("TF_RT_DATABASE_ROLLED_BACK", "the connection was lost within a transaction, which is rolled back", {
    cause,
  });
}

export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
