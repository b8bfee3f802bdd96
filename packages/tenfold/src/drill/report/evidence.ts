import type { Anomaly, Transaction } from "../check/append/history.ts";
import type { BankVerdict } from "../check/bank.ts";
import type { CounterVerdict, Increment } from "../check/counters.ts";
import type { Attempt } from "../check/ending.ts";
import type { Insert, InsertVerdict } from "../check/inserts.ts";
import type { JobVerdict } from "../check/jobs.ts";
import type { SessionVerdict } from "../check/sessions.ts";

/** One visitor's request. `intendedAt`: when it was to be sent, whatever became of those before. */
export interface RequestRecord extends Attempt {
  readonly intendedAt: number;
  /** Milliseconds from then to its end. */
  readonly latency: number;
  readonly status: number | null;
  /** Sent again on a fresh connection, because the kept one had been closed, as browsers do. */
  readonly retried: boolean;
}

/** What clients of PostgreSQL were told, and what a look at it afterwards said. */
export interface PostgresEvidence {
  readonly inserts: readonly Insert[];
  readonly inserted: InsertVerdict;
  readonly transfers: readonly Attempt[];
  readonly bank: BankVerdict;
  readonly history: readonly Transaction[];
  readonly anomalies: readonly Anomaly[];
  /** `null` without replicas. */
  readonly sessions: SessionVerdict | null;
}

export interface RedisEvidence {
  readonly increments: readonly Increment[];
  readonly counters: CounterVerdict;
  readonly jobs: JobVerdict;
}

/** All that a drill's clients saw. Times in milliseconds since 1970. */
export interface Evidence {
  readonly startedAt: number;
  /** When the clients were told to stop. */
  readonly endedAt: number;
  readonly requests: readonly RequestRecord[];
  /** `null`: the fleet has none, or none that a drill may use. */
  readonly postgres: PostgresEvidence | null;
  readonly redis: RedisEvidence | null;
}

/** Something that happened to the fleet. Times in milliseconds since 1970. */
export interface Mark {
  readonly at: number;
  /** `strike` and `order` are the drill's doing, `repair` the engine's, `member` a change of a member's state. */
  readonly kind: "strike" | "order" | "repair" | "member" | "whole";
  readonly member: string | null;
  readonly text: string;
}
