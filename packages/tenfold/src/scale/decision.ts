/** What a decision on web instances was made from. Loads are in instances kept busy. */
export interface WebFigures {
  /** Requests a second, refused ones included. */
  readonly arrivals: number;
  /** Milliseconds that one request keeps an instance busy, as learned. */
  readonly cost: number;
  readonly load: number;
  /** Requests that wait in the balancer. */
  readonly queued: number;
  /** Load expected when an instance that is launched now serves. */
  readonly forecast: number;
  /** What such forecasts fell short by in the last hour, a factor. */
  readonly margin: number;
  /** Instances that this load needs, and those below which the number may fall. */
  readonly need: number;
  readonly keep: number;
  readonly surge: boolean;
}

/** What a decision on workers was made from. */
export interface WorkerFigures {
  /** Jobs that arrive a second, smoothed. */
  readonly arrivals: number;
  /** Seconds that a worker needs for a job, as learned, or as somebody said, or a guess. */
  readonly jobSeconds: number;
  readonly isGuess: boolean;
  readonly queued: number;
  /** `null` where nobody knows. */
  readonly inFlight: number | null;
  /** How long the oldest job has waited, milliseconds; `null` where the queue does not tell. */
  readonly oldest: number | null;
  /** Milliseconds until the next job is due that was put in for later. */
  readonly due: number | null;
  readonly need: number;
  readonly keep: number;
}

/** Why a number that could change does not, or why nothing is decided at all. */
export type HoldReason =
  | "no-metrics"
  | "deploy"
  | "errors"
  | "restart"
  | "growth"
  | "fall"
  | "rule"
  | "starting"
  | "change"
  | "recent-change";

/** What the number was chosen by. */
export type Why =
  | { readonly kind: "web"; readonly figures: WebFigures }
  | { readonly kind: "workers"; readonly figures: WorkerFigures }
  | { readonly kind: "idle"; readonly seconds: number }
  /** Nothing is queued, and nobody knows whether the last worker has a job. */
  | { readonly kind: "perhaps-busy" }
  | { readonly kind: "rule"; readonly rule: string; readonly value: string }
  | { readonly kind: "rules-quiet" }
  | { readonly kind: "unwatched" }
  | { readonly kind: "override"; readonly count: number; readonly until: number | null }
  | { readonly kind: "hold"; readonly reason: HoldReason };

/** What moved the number away from what was asked for. */
export type Bound =
  | { readonly kind: "min" | "max"; readonly count: number; readonly schedule: string | null }
  | { readonly kind: "connections"; readonly count: number };

/** How many there should be, and all that led to it. Plain data: it goes to the journal as it is. */
export interface Decision {
  readonly from: number;
  readonly target: number;
  /** What `why` asked for, before `bound`. */
  readonly wanted: number;
  readonly why: Why;
  /** Set when the number could have changed and was kept. */
  readonly held: HoldReason | null;
  readonly bound: Bound | null;
}
