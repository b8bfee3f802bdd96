import { Fault } from "../fault/index.ts";

/** Times in milliseconds. */
export interface HealthOptions {
  /** Of one look at one service. Default 1,000. */
  readonly deadline?: number;
  /** How long an answer is given again before services are looked at anew. Default 1,000. */
  readonly keep?: number;
  /**
   * How long what is required may be away before this instance is not ready. Default 10,000: a failover is shorter, and
   * meanwhile every instance would leave the balancer at once, though waiting would have been enough.
   */
  readonly patience?: number;
  /** Names of what else is required, beside what parts declare: `redis`, `redis_cache`, `database`, `storage`. */
  readonly required?: readonly string[];
  /** Told by the answer. Default: RELEASE. */
  readonly version?: string;
}

export interface HealthRules {
  readonly deadline: number;
  readonly keep: number;
  readonly patience: number;
  readonly required: ReadonlySet<string>;
}

/** Throws `TF_RT_OPTION` with every problem. */
export function parseHealthOptions(options: HealthOptions): HealthRules {
  const { deadline = 1_000, keep = 1_000, patience = 10_000, required = [] } = options;
  const lines = Object.entries({ deadline, keep, patience })
    .filter(([name, value]) => !(value >= (name === "deadline" ? 1 : 0)))
    .map(([name, value]) => `health.${name}: ${value} is no number of milliseconds`);
  if (lines.length > 0) throw new Fault("TF_RT_OPTION", lines.join("; "), { lines });
  return { deadline, keep, patience, required: new Set(required) };
}
