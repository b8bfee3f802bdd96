import { figure } from "../../units/figure.ts";
import { bootstrap, type Interval, intervalOf, type Resample, throughputInterval } from "./bootstrap.ts";
import { type Fit, fitAll, type Point, withErrors } from "./fit.ts";
import { instancesFor, type Measured, mostOf, peakInstances, type Scalability, throughput } from "./model.ts";

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
  /** Something else than the application ended the search there: the rate is the least, and so are both ends of the interval. */
  readonly isLeast?: true;
}

/** How the application scales, as far as it was measured. */
export interface Curve {
  readonly measured: readonly Measured[];
  /** Whether the application ended no search: then the fits are lower bounds, and nothing is predicted by them. */
  readonly isLeast: boolean;
  /** The sizes that did more than any likely model allows them, with what they did at least: the fits are then wrong beyond what was measured. */
  readonly refutations: readonly Prediction[];
  /** The best first. */
  readonly fits: readonly Fit[];
  readonly intervals: Readonly<Record<"gamma" | "alpha" | "beta" | "delta", Interval>>;
  /** The number beyond which more instances are slower; `null`: none is known. */
  readonly peak: number | null;
  readonly resamples: readonly Resample[];
}

/**
 * `precision`: how much higher the rate that failed was than the one that is told, 1.05 for 5 %. `random` makes the
 * intervals; the same numbers make the same ones. A RangeError for no measurements.
 */
export function curveOf(measured: readonly Measured[], precision: number, random: () => number): Curve {
  const found = measured.filter(({ isLeast }) => isLeast !== true);
  const points: readonly Point[] = withErrors(found.length > 0 ? found : measured, precision);
  const fits = fitAll(points);
  const [best] = fits;
  if (best === undefined) throw new RangeError("nothing was measured");
  const resamples = bootstrap(points, precision, random);
  const peak = peakInstances(best.model);
  const own = resamples.filter(({ name }) => name === best.name);
  const isLeast = found.length === 0;
  const refutations = isLeast
    ? []
    : boundsIn(measured).filter(({ instances, rate }) => rate > throughputInterval(resamples, instances).high);
  return {
    ...{ measured, fits, resamples, isLeast, refutations },
    peak: Number.isFinite(peak) ? peak : null,
    intervals: {
      gamma: intervalOf(own, ({ gamma }) => gamma),
      alpha: intervalOf(own, ({ alpha }) => alpha),
      beta: intervalOf(own, ({ beta }) => beta),
      delta: intervalOf(own, ({ delta }) => delta),
    },
  };
}

function bestOf({ fits }: Curve): Scalability {
  const [best] = fits;
  if (best === undefined) throw new RangeError("a curve has a fit");
  return best.model;
}

/** Sizes whose limit the application was, or all where it never was. */
function sizesOf({ measured, isLeast: all }: Curve): number[] {
  return measured.filter(({ isLeast }) => all || isLeast !== true).map(({ instances }) => instances);
}

/** What sizes do at least, where nothing better is known of them, the fewest instances first. */
function boundsIn(measured: readonly Measured[]): Prediction[] {
  const sizes = measured.filter(({ isLeast }) => isLeast !== true).map(({ instances }) => instances);
  const limited = measured.filter(({ instances, isLeast }) => isLeast === true && !sizes.includes(instances));
  return [...Map.groupBy(limited, ({ instances }) => instances)]
    .map(([instances, group]): Prediction => {
      const rate = Math.max(...group.map((one) => one.rate));
      return { instances, rate, interval: { low: rate, high: rate }, standing: "measured", isLeast: true };
    })
    .toSorted((a, b) => a.instances - b.instances);
}

function standingOf(curve: Curve, instances: number): Standing {
  const sizes = sizesOf(curve);
  if (sizes.includes(instances)) return "measured";
  return instances < Math.max(...sizes) && instances > Math.min(...sizes) ? "interpolated" : "extrapolated";
}

/** What a size does, or why that cannot be said. */
export type Answer<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

function unknown(why: string): { readonly known: false; readonly why: string } {
  return { known: false, why };
}

/** Whether the fits say nothing of sizes that were not measured. */
function isUnfit({ isLeast, refutations }: Curve): boolean {
  return isLeast || refutations.length > 0;
}

function did({ instances, rate }: Prediction): string {
  return `${instances} instance${instances === 1 ? "" : "s"} did ${Math.round(rate)} requests a second at least`;
}

function notFound({ measured }: Curve): string {
  const most = boundsIn(measured).reduce((best, one) => (one.rate > best.rate ? one : best));
  return `${did(most)}, and the application's limit was not found there: --threads and --max-rate allow more`;
}

/** What weakens the fits, in a sentence; `null`: nothing here. */
export function refutedBy(curve: Curve): string | null {
  const [first] = curve.refutations;
  if (first === undefined) return null;
  return `${did(first)}, which is more than the other sizes let expect of them: something else ended their searches, and nothing is told of sizes that were not measured`;
}

/**
 * What so many instances do. Refused beyond three times what was measured, where the interval is wider than ±20 % and
 * the size itself was not measured, and where no limit of the application was found.
 */
export function predict(curve: Curve, instances: number): Answer<Prediction> {
  const bound = boundsIn(curve.measured).find((one) => one.instances === instances);
  if (bound !== undefined) return { known: true, value: bound };
  if (curve.isLeast || (isUnfit(curve) && !sizesOf(curve).includes(instances)))
    return unknown(`what ${instances} instances do cannot be said: ${notFound(curve)}`);
  return fitted(curve, instances);
}

function fitted(curve: Curve, instances: number): Answer<Prediction> {
  const sizes = new Set(sizesOf(curve));
  const largest = Math.max(...sizes);
  if (instances > largest * FARTHEST) {
    const isMore = curve.measured.some((one) => one.instances > largest);
    const which = isMore ? "of which the application's limit was found" : "that were measured";
    return unknown(`${instances} instances are more than ${FARTHEST} times the ${largest} ${which}`);
  }
  const rate = throughput(bestOf(curve), instances);
  const { low, high } = throughputInterval(curve.resamples, instances);
  const half = (high - low) / 2 / rate;
  const standing = standingOf(curve, instances);
  if (half > WIDEST && standing !== "measured") {
    const how =
      sizes.size === 1
        ? "one size says little of others: measure more of them (--sizes)"
        : "measure with more repeats or larger sizes, or on a machine that does nothing else";
    return unknown(`what ${instances} instances do is only known to ±${Math.round(half * 100)} %: ${how}`);
  }
  const interval = { low: Math.min(low, rate), high: Math.max(high, rate) };
  return { known: true, value: { instances, rate, interval, standing } };
}

/** The fewest instances that were measured and do a rate. */
function measuredFor(curve: Curve, rate: number): Prediction | undefined {
  const sizes = [...new Set(curve.measured.map(({ instances }) => instances))].toSorted((a, b) => a - b);
  return sizes
    .flatMap((size) => {
      const answer = predict(curve, size);
      return answer.known ? [answer.value] : [];
    })
    .find((one) => one.rate >= rate);
}

/** The least number of instances for a rate. One more is what lets one of them fail. */
export function answerFor(curve: Curve, rate: number): Answer<Prediction> {
  const model = bestOf(curve);
  const enough = isUnfit(curve)
    ? measuredFor(curve, rate)
    : boundsIn(curve.measured).find((bound) => bound.rate >= rate);
  const needed = isUnfit(curve) ? null : instancesFor(model, rate, MOST_INSTANCES);
  if (enough !== undefined && (needed === null || enough.instances <= needed)) return { known: true, value: enough };
  if (needed !== null) return fitted(curve, needed);
  const asked = `${figure(rate)} requests a second`;
  if (isUnfit(curve)) return unknown(`how many instances ${asked} need cannot be said: ${notFound(curve)}`);
  const most = Math.max(mostOf(model), ...boundsIn(curve.measured).map((bound) => bound.rate));
  if (rate <= most) return unknown(`${asked} would need more than ${MOST_INSTANCES.toLocaleString("en")} instances`);
  const why = `by what was measured, the most is ${Math.round(most)}, and something that all instances share limits it`;
  return unknown(`no number of instances does ${asked}: ${why}`);
}
