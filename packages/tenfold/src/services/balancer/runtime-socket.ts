import { connect } from "node:net";
import { Fault } from "../../fault/fault.ts";
import type { Millis } from "../../units/millis.ts";

export interface Ask {
  /** Absolute. */
  readonly socket: string;
  /** Who is asked, for messages. */
  readonly who: string;
  readonly within: Millis;
  readonly signal: AbortSignal;
}

/**
 * Sends one line to a runtime socket of HAProxy and returns all that it answers. Faults: TF_BALANCER_SILENT when it
 * cannot be reached or does not end its answer in time; an abort of the signal throws the signal's reason.
 */
export async function ask({ socket, who, within, signal }: Ask, line: string): Promise<string> {
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(within);
  const either = AbortSignal.any([signal, deadline]);
  // The master closes only after its client has: hence a socket that may be half open.
  const connection = connect({ path: socket, allowHalfOpen: true });
  const destroy = (): void => void connection.destroy(new Error("aborted"));
  either.addEventListener("abort", destroy, { once: true });
  try {
    connection.end(`${line}\n`);
    const chunks: Buffer[] = [];
    for await (const chunk of connection) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    signal.throwIfAborted();
    const reason = deadline.aborted
      ? `did not answer within ${within} ms`
      : `cannot be reached (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
    throw new Fault("TF_BALANCER_SILENT", `${who} ${reason} on its runtime socket ${socket}`, {
      hint: `see whether it runs: tenfold ps; tenfold logs ${who}`,
    });
  } finally {
    either.removeEventListener("abort", destroy);
    connection.destroy();
  }
}
