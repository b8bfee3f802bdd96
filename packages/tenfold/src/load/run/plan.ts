import { durationOf, type Profile } from "../arrivals/profile.ts";
import type { Spacing } from "../arrivals/times.ts";
import type { HttpSenderOptions } from "../http/sender.ts";
import type { HttpTarget } from "../http/target.ts";
import type { Journey } from "../scenario/scenario.ts";

/** Who comes when. `open`: at times of their own. `closed`: so many, each again when its visit is over. */
export type Arrivals =
  | { readonly kind: "open"; readonly profile: Profile; readonly spacing: Spacing }
  | { readonly kind: "closed"; readonly visitors: number; readonly seconds: number };

/** All that a run is made of; plain data, so that it can be given to a thread. */
export interface LoadPlan {
  readonly target: HttpTarget;
  readonly journeys: readonly Journey[];
  readonly arrivals: Arrivals;
  readonly sender: HttpSenderOptions;
  /** Variables that steps refer to. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same seed makes the same arrivals and choices. */
  readonly seed: number;
  /** Which share of the work this is: every `of`-th arrival or visitor, from `index` on. */
  readonly share: { readonly index: number; readonly of: number };
}

/** How long visits are begun, in seconds. */
export function secondsOf(arrivals: Arrivals): number {
  return arrivals.kind === "open" ? durationOf(arrivals.profile) : arrivals.seconds;
}
