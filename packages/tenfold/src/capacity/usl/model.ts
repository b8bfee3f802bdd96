/**
 * How throughput grows with instances, by the Universal Scalability Law, X(N) = γN / (1 + α(N−1) + βN(N−1)), and by what
 * instances gain from sharing one stream of visitors: γ(N − δ√N) instead of γN. Within the same limit of latency, many can
 * be busier than one, since it is seldom that all are busy (square-root staffing, Halfin and Whitt 1981).
 */
export interface Scalability {
  /** Requests a second of one instance that shares nothing. */
  readonly gamma: number;
  /** Contention, 0 to 1: what only one instance can do at a time. */
  readonly alpha: number;
  /** Coherence, from 0: what every instance has to agree on with every other. */
  readonly beta: number;
  /** Room that one instance needs for chance, 0 to 1: together they need less. */
  readonly delta: number;
}

/** The models that are compared, with the number of their parameters. */
export type ModelName = "linear" | "pooled" | "amdahl" | "usl";

export const MODELS: Readonly<Record<ModelName, number>> = { linear: 1, pooled: 2, amdahl: 2, usl: 3 };

/** One search at one size: the highest rate that kept to the limits. */
export interface Measured {
  readonly instances: number;
  /** Requests a second. */
  readonly rate: number;
  /** Something else than the application ended the search: it does this at least. */
  readonly isLeast?: true;
}

/** Requests a second of so many instances. */
export function throughput({ gamma, alpha, beta, delta }: Scalability, instances: number): number {
  return (
    (gamma * (instances - delta * Math.sqrt(instances))) /
    (1 + alpha * (instances - 1) + beta * instances * (instances - 1))
  );
}

/** The number beyond which more instances are slower; `Infinity` when there is none. */
export function peakInstances({ alpha, beta }: Scalability): number {
  if (beta <= 0) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.sqrt(Math.max(0, 1 - alpha) / beta));
}

/** Requests a second that no number of instances exceeds; `Infinity` where nothing that they share limits them. */
export function mostOf(model: Scalability): number {
  const peak = peakInstances(model);
  if (Number.isFinite(peak)) return Math.max(throughput(model, Math.floor(peak)), throughput(model, Math.ceil(peak)));
  return model.alpha > 0 ? model.gamma / model.alpha : Number.POSITIVE_INFINITY;
}

/** The least number of instances that does a rate, up to `most`; `null` when none does. */
export function instancesFor(model: Scalability, rate: number, most: number): number | null {
  const peak = Math.max(1, Math.ceil(peakInstances(model)));
  for (let instances = 1; instances <= Math.min(peak, most); instances += 1)
    if (throughput(model, instances) >= rate) return instances;
  return null;
}
