import { Unavailable } from "../unavailable.ts";
import { json, type Reply } from "./reply.ts";

export interface FailureDetail {
  /** What is wrong, each with its place. */
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that cannot be answered as it is, and why, in words for the visitor. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly status: number;
  readonly code: string;
  readonly detail: FailureDetail;

  constructor(status: number, code: string, message: string, detail: FailureDetail = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

/** What a visitor is told: of a failure all, of an outage that it may pass, of a bug nothing but the request's id. */
export function failureReply(error: unknown, requestId: string): Reply {
  const failure = asFailure(error);
  const { problems, headers } = failure.detail;
  const { code, message } = failure;
  return json(failure.status, { error: { code, message, problems, request_id: requestId } }, headers);
}

function asFailure(error: unknown): HttpFailure {
  if (error instanceof HttpFailure) return error;
  if (error instanceof Unavailable) {
    return new HttpFailure(503, "unavailable", "A service that this needs does not answer. Try again in a moment.", {
      headers: { "Retry-After": "1" },
    });
  }
  return new HttpFailure(500, "internal", "This is our mistake. It is on record under the request's id.");
}
