import { fitShape, PARAMETERS, type Point, type Shape } from "./fit.ts";
import { type Scalability, throughput } from "./model.ts";

/** Bounds that hold in 95 of 100 cases. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A model that may have made the measurements. */
export interface Resample extends Scalability {
  readonly name: Shape;
}

export const RESAMPLES = 1_000;
/** A fleet of which one size was measured may share so much (α), or gain so much by sharing one stream of visitors (δ). */
const ASSUMED_CONTENTION = 0.2;
const ASSUMED_POOLING = 0.3;

/** A normal number from uniform ones (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Searches at one size, as one. */
export function meansOf(points: readonly Point[]): Point[] {
  return [...Map.groupBy(points, ({ instances }) => instances)].map(([instances, group]) => {
    const sum = (of: (point: Point) => number): number => group.reduce((total, point) => total + of(point), 0);
    const rate = sum((point) => point.rate) / group.length;
    return { instances, rate, error: Math.sqrt(sum(({ error }) => error ** 2)) / group.length };
  });
}

interface Candidate {
  readonly name: Shape;
  readonly chi: number;
}

/** Whatever so many sizes can tell apart. */
function candidatesFor(means: readonly Point[]): Candidate[] {
  const names = Object.keys(PARAMETERS) as Shape[];
  return names
    .filter((name) => PARAMETERS[name] <= means.length)
    .map((name) => ({ name, chi: fitShape(means, name).chi }));
}

/** How much farther from the best model the sizes lie than their errors explain (Birge's ratio), 1 at least. */
function misfitOf(candidates: readonly Candidate[], sizes: number): number {
  const left = candidates.map(({ name, chi }) => chi / Math.max(1, sizes - PARAMETERS[name]));
  return Math.max(1, Math.sqrt(Math.min(...left)));
}

/** How many resamples each model gets: by Akaike's weights, with errors that explain the misfit. */
function sharesOf(candidates: readonly Candidate[], misfit: number): { name: Shape; count: number }[] {
  const aics = candidates.map(({ name, chi }) => chi / misfit ** 2 + 2 * PARAMETERS[name]);
  const least = Math.min(...aics);
  const weights = aics.map((aic) => Math.exp((least - aic) / 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return candidates.map(({ name }, at) => ({ name, count: Math.round((RESAMPLES * (weights[at] ?? 0)) / total) }));
}

/** One size says nothing of how others do: it is drawn from what fleets do usually. */
function throughOne({ instances, rate }: Point, random: () => number): Resample {
  const isContention = random() < 0.5;
  const share = random();
  const shape: Scalability = isContention
    ? { gamma: 1, alpha: share * ASSUMED_CONTENTION, beta: 0, delta: 0 }
    : { gamma: 1, alpha: 0, beta: 0, delta: share * ASSUMED_POOLING };
  return { ...shape, gamma: rate / throughput(shape, instances), name: "linear" };
}

/**
 * What may have made the measurements: the models fitted again to some that are as uncertain as these are, each as often as
 * it is likely to be the right one. Sizes that no model explains are taken for as uncertain as the best one makes them. A
 * knee lies somewhere between the rate that held and the one that did not, `precision` times as high. `random`: from 0 up to 1.
 */
export function bootstrap(points: readonly Point[], precision: number, random: () => number): readonly Resample[] {
  const means = meansOf(points);
  const candidates = candidatesFor(means);
  const misfit = misfitOf(candidates, means.length);
  return sharesOf(candidates, misfit).flatMap(({ name, count }) =>
    Array.from({ length: count }, () => {
      const within = 1 + (precision - 1) * random();
      const again = means.map((point) => {
        const error = point.error * misfit;
        return { ...point, error, rate: point.rate * within * Math.max(0.05, 1 + error * normal(random)) };
      });
      const [only] = again;
      return again.length === 1 && only !== undefined
        ? throughOne(only, random)
        : { ...fitShape(again, name).model, name };
    }),
  );
}

/** The middle 95 % of a figure over all resamples. */
export function intervalOf<T>(models: readonly T[], figure: (model: T) => number): Interval {
  const values = models.map(figure).toSorted((a, b) => a - b);
  const at = (share: number): number => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}

/** What so many instances do, and how sure that is. */
export function throughputInterval(models: readonly Scalability[], instances: number): Interval {
  return intervalOf(models, (model) => throughput(model, instances));
}
