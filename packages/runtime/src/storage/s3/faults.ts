import { Fault } from "../../fault/index.ts";

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && (["NoSuchKey", "NotFound"].includes(error.name) || statusOf(error) === 404);
}

export function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && (error.name === "InvalidRange" || statusOf(error) === 416);
}

const NETWORK = ["TimeoutError", "ECONNREFUSED", "ENOTFOUND", "ECONNRESET", "EPIPE", "EHOSTUNREACH"];

/** What the service, or the way to it, refuses; a signal's own reason, and what is no failure of either, as it is. */
export function s3Fault(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (!(error instanceof Error) || error instanceof Fault) return error;
  const status = statusOf(error);
  const code = "code" in error ? String(error.code) : error.name;
  if (status === undefined && !NETWORK.includes(code)) return error;
  const denied = status === 401 || status === 403;
  const what = status === undefined ? code : `${error.name} (${status})`;
  return new Fault("TF_RT_STORAGE_AWAY", `the bucket does not do it: ${what}`, {
    hint: denied ? "the credentials, or the policy of the bucket, do not allow it" : undefined,
    cause: error,
  });
}
