import { Fault } from "../fault/index.ts";

/** Times in milliseconds. */
export interface DrainOptions {
  /**
   * How long requests are still taken after readiness answers 503, for balancers that learn of it by asking. Default 1,000;
   * a fleet of Tenfold tells its balancer before it stops an instance. On Kubernetes 5,000, or a `preStop` that sleeps.
   */
  readonly propagation?: number;
  /** From the signal to the end of the process at the latest; below the grace of whoever would kill it. Default 25,000. */
  readonly grace?: number;
  /** Default SIGTERM and SIGINT. A second one ends the process at once. */
  readonly signals?: readonly NodeJS.Signals[];
  /** How the process ends. Default `process.exit`. */
  readonly exit?: (code: number) => void;
}

export interface DrainRules {
  readonly propagation: number;
  readonly grace: number;
  readonly signals: readonly NodeJS.Signals[];
  readonly exit: (code: number) => void;
}

/** Throws `TF_RT_OPTION`. */
export function parseDrainOptions(options: DrainOptions): DrainRules {
  const { propagation = 1_000, grace = 25_000, signals = ["SIGTERM", "SIGINT"] } = options;
  const exit = options.exit ?? ((code) => process.exit(code));
  if (!(propagation >= 0 && grace > propagation)) {
    throw new Fault("TF_RT_OPTION", `drain.propagation: ${propagation} ms is not below drain.grace, ${grace} ms`);
  }
  return { propagation, grace, signals, exit };
}
