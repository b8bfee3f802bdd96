import { ClientClosedError, ClientOfflineError, ErrorReply } from "@redis/client";
import { Fault } from "../fault/index.ts";
import type { Client } from "./client.ts";
import type { RedisArgument, RedisRole } from "./redis-port.ts";

/** How sending a command ended, when not with an answer. */
export type Failure =
  /** Nothing was done: it was not sent, or the server is not in charge. */
  | { readonly kind: "undone"; readonly error: Error }
  /** The server's own error reply. */
  | { readonly kind: "refused"; readonly error: ErrorReply }
  /** Whether it was executed is not known. `silent`: nothing at all came since it was sent. */
  | { readonly kind: "lost"; readonly error: Fault }
  | { readonly kind: "late"; readonly error: Fault; readonly silent: boolean };

export type Exchanged = { readonly kind: "answer"; readonly answer: unknown } | Failure;

/** What a server answers when it has done nothing and another may be in charge by now. */
const NOT_IN_CHARGE = /^(READONLY|LOADING|MASTERDOWN)\b/;

/** Sends a command and waits for its answer until `end` (by `performance.now()`). Never rejects. */
export function exchange(
  client: Client,
  role: RedisRole,
  command: readonly RedisArgument[],
  { end, buffers }: { readonly end: number; readonly buffers: boolean },
): Promise<Exchanged> {
  const started = performance.now();
  return new Promise((resolve) => {
    const late = () => {
      const waited = Math.round(performance.now() - started);
      const error = new Fault(
        "TF_RT_REDIS_TIMEOUT",
        `no answer to ${command[0]} from the ${role} Redis in ${waited} ms`,
      );
      resolve({ kind: "late", error, silent: client.lastAnswer < started });
    };
    // A busy event loop runs its timers before it reads: what has arrived by then counts.
    const timer = setTimeout(() => setImmediate(late), Math.max(1, end - started));
    client.send(command, buffers).then(
      (answer) => {
        clearTimeout(timer);
        client.lastAnswer = performance.now();
        resolve({ kind: "answer", answer });
      },
      (error: Error) => {
        clearTimeout(timer);
        resolve(failure(role, error));
      },
    );
  });
}

function failure(role: RedisRole, error: Error): Failure {
  if (error instanceof ClientOfflineError || error instanceof ClientClosedError) return { kind: "undone", error };
  if (error instanceof ErrorReply) {
    return NOT_IN_CHARGE.test(error.message) ? { kind: "undone", error } : { kind: "refused", error };
  }
  const lost = new Fault("TF_RT_REDIS_LOST", `the connection to the ${role} Redis was lost`, { cause: error });
  return { kind: "lost", error: lost };
}
