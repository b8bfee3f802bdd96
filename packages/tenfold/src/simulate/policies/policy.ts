import type { WebCounts, WebSample } from "../../scale/web/sample.ts";

/** What a policy is asked every interval. */
export interface Look {
  /** `null` when the measurements did not arrive. */
  readonly sample: WebSample | null;
  readonly counts: WebCounts;
  readonly deploying: boolean;
  /** Seconds from the start of the trace. */
  readonly second: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Something that decides how many instances there should be. It may keep what it learns. */
export interface Policy {
  readonly name: string;
  /** Whether it knows the future: something to compare with, not to run. */
  readonly foresight?: boolean;
  /** How many there are at the start, for a policy that knows; otherwise as many as the first second needs. */
  readonly first?: number;
  decide(look: Look): number;
}
