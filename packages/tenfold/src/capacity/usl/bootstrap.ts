import { fitModel, type Point } from "./fit.ts";
import { type ModelName, type Scalability, throughput } from "./model.ts";

/** Bounds that hold in 95 of 100 cases. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const RESAMPLES = 1_000;

/** A normal number from uniform ones (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The model fitted again to measurements that are as uncertain as these are. `random`: from 0 up to 1. */
export function bootstrap(points: readonly Point[], name: ModelName, random: () => number): readonly Scalability[] {
  return Array.from({ length: RESAMPLES }, () => {
    const again = points.map((point) => ({
      ...point,
      rate: point.rate * Math.max(0.05, 1 + point.error * normal(random)),
    }));
    return fitModel(again, name).model;
  });
}

/** The middle 95 % of a figure over all resamples. */
export function intervalOf(models: readonly Scalability[], figure: (model: Scalability) => number): Interval {
  const values = models.map(figure).toSorted((a, b) => a - b);
  const at = (share: number): number => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}

/** What so many instances do, and how sure that is. */
export function throughputInterval(models: readonly Scalability[], instances: number): Interval {
  return intervalOf(models, (model) => throughput(model, instances));
}
