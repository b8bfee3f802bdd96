/**
 * How a request ended. `ok`: answered as expected. `status`: answered with another status. `check`: answered, but a
 * capture or an expectation about the answer failed. `connect`: no connection was made. `reset`: the connection ended
 * before the answer was whole. `timeout`: no whole answer in time. `protocol`: what came is no HTTP. `cancelled`: this
 * program gave up, since the run was stopped; no failure of the server.
 */
export type Outcome = "ok" | "status" | "check" | "connect" | "reset" | "timeout" | "protocol" | "cancelled";

export const OUTCOMES: readonly Outcome[] = [
  "ok",
  "status",
  "check",
  "connect",
  "reset",
  "timeout",
  "protocol",
  "cancelled",
];

/** What came of one request, as its sender tells it. */
export interface Answer {
  readonly outcome: Outcome;
  /** `null`: no status line came. */
  readonly status: number | null;
  /** One sentence for people; `null` when all is well. Equal causes have equal sentences, so that they can be counted. */
  readonly error: string | null;
  /** 1, or 2 when it was sent again after a kept connection turned out to be closed. */
  readonly attempts: number;
  /** Bytes received, heads included. */
  readonly bytes: number;
}

/**
 * One request. Times are milliseconds since the run began, from a clock that never jumps. Latency is `endedAt` less
 * `intendedAt`: what a visitor who came at that time would have waited, however late it was sent.
 */
export interface LoadRecord extends Answer {
  /** Position among the arrivals, from 0. */
  readonly index: number;
  /** Which step of a scenario; `null` where there is only one. */
  readonly step: string | null;
  readonly intendedAt: number;
  readonly sentAt: number;
  readonly endedAt: number;
}

/** Milliseconds that the visitor waited. Sends that were up to one tick early count from the send. */
export function latencyOf({ intendedAt, sentAt, endedAt }: LoadRecord): number {
  return endedAt - Math.min(intendedAt, sentAt);
}

/** Whether the server, or what is between, failed the visitor. */
export function isFailure({ outcome }: Pick<LoadRecord, "outcome">): boolean {
  return outcome !== "ok" && outcome !== "cancelled";
}
