import { Fault } from "../../fault/index.ts";

/** An error of BullMQ or its client as a fault of ours; what is none of the network, as it is. */
export function queueFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Fault) return error;
  const code = "code" in error ? String(error.code) : "";
  const lost = /Connection is closed|Socket timeout|Command timed out|max retries per request/i.test(error.message);
  if (!lost && !["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND"].includes(code)) return error;
  return new Fault("TF_RT_REDIS_LOST", "the connection to Redis was lost before it confirmed", { cause: error });
}

/**
 * Fails when it is not done in time: the client itself waits for a connection as long as it takes. What was begun may
 * still happen. Fault: `TF_RT_REDIS_TIMEOUT`.
 */
export async function within<T>(milliseconds: number, what: string, work: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Fault("TF_RT_REDIS_TIMEOUT", `Redis did not confirm within ${milliseconds} ms: ${what}`));
  }, milliseconds);
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    throw queueFault(error);
  } finally {
    clearTimeout(timer);
  }
}
