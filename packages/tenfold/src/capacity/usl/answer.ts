import { bootstrap, type Interval, intervalOf, throughputInterval } from "./bootstrap.ts";
import { type Fit, fitAll, type Point, withErrors } from "./fit.ts";
import { instancesFor, type Measured, peakInstances, type Scalability, throughput } from "./model.ts";

/** Beyond this many times the largest measured size, nothing is said. */
export const FARTHEST = 3;
/** Half of the interval may be this share of the figure. */
export const WIDEST = 0.2;
const MOST_INSTANCES = 1_000;

/** Where a figure is from. */
export type Standing = "measured" | "interpolated" | "extrapolated";

/** What is known about a size. */
export interface Prediction {
  readonly instances: number;
  readonly rate: number;
  readonly interval: Interval;
  readonly standing: Standing;
}

/** How the application scales, as far as it was measured. */
export interface Curve {
  readonly measured: readonly Measured[];
  /** The best first. */
  readonly fits: readonly Fit[];
  readonly intervals: Readonly<Record<"gamma" | "alpha" | "beta" | "delta", Interval>>;
  /** The number beyond which more instances are slower; `null`: none is known. */
  readonly peak: number | null;
  readonly resamples: readonly Scalability[];
}

/** A RangeError for no measurements. `random` makes the intervals; the same numbers make the same ones. */
export function curveOf(measured: readonly Measured[], random: () => number): Curve {
  const points: readonly Point[] = withErrors(measured);
  const fits = fitAll(points);
  const [best] = fits;
  if (best === undefined) throw new RangeError("nothing was measured");
  const resamples = bootstrap(points, best.name, random);
  const peak = peakInstances(best.model);
  return {
    measured,
    fits,
    resamples,
    peak: Number.isFinite(peak) ? peak : null,
    intervals: {
      gamma: intervalOf(resamples, ({ gamma }) => gamma),
      alpha: intervalOf(resamples, ({ alpha }) => alpha),
      beta: intervalOf(resamples, ({ beta }) => beta),
      delta: intervalOf(resamples, ({ delta }) => delta),
    },
  };
}

function bestOf({ fits }: Curve): Scalability {
  const [best] = fits;
  if (best === undefined) throw new RangeError("a curve has a fit");
  return best.model;
}

function sizesOf({ measured }: Curve): number[] {
  return measured.map(({ instances }) => instances);
}

function standingOf(curve: Curve, instances: number): Standing {
  const sizes = sizesOf(curve);
  if (sizes.includes(instances)) return "measured";
  return instances < Math.max(...sizes) && instances > Math.min(...sizes) ? "interpolated" : "extrapolated";
}

/** What a size does, or why that cannot be said. */
export type Answer<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

/** What so many instances do. Refused beyond three times what was measured, and where the interval is wider than ±20 %. */
export function predict(curve: Curve, instances: number): Answer<Prediction> {
  const largest = Math.max(...sizesOf(curve));
  if (instances > largest * FARTHEST) {
    const why = `${instances} instances are more than ${FARTHEST} times the ${largest} that were measured`;
    return { known: false, why };
  }
  const rate = throughput(bestOf(curve), instances);
  const interval = throughputInterval(curve.resamples, instances);
  const half = (interval.high - interval.low) / 2 / rate;
  if (half > WIDEST) {
    const why = `what ${instances} instances do is only known to ±${Math.round(half * 100)} %: measure with more repeats, or on a machine that does nothing else`;
    return { known: false, why };
  }
  return { known: true, value: { instances, rate, interval, standing: standingOf(curve, instances) } };
}

/** The least number of instances for a rate. One more is what lets one of them fail. */
export function answerFor(curve: Curve, rate: number): Answer<Prediction> {
  const model = bestOf(curve);
  const needed = instancesFor(model, rate, MOST_INSTANCES);
  if (needed !== null) return predict(curve, needed);
  const peak = Math.max(1, Math.round(peakInstances(model)));
  const most = throughput(model, Math.min(MOST_INSTANCES, peak));
  const why = `no number of instances does ${Math.round(rate)} requests a second: by what was measured, the most is ${Math.round(most)}, and something that all instances share limits it`;
  return { known: false, why };
}
