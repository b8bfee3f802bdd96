import { simulateFluid, stageOf } from "../../packages/tenfold/src/simulate/fluid.ts";
import { byPolicy } from "../../packages/tenfold/src/simulate/policies/demand.ts";
import { webPolicy } from "../../packages/tenfold/src/simulate/policies/web-policy.ts";
import { weekday } from "../../packages/tenfold/src/simulate/traces/weekday.ts";
import { DEFAULT_WORLD } from "../../packages/tenfold/src/simulate/world.ts";

export interface Huge {
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly instances: number;
}

/** A simulated day of a million requests a second at its height, on about ten thousand instances. */
export function huge(): Huge {
  const trace = weekday("huge", { seed: 1, days: 1, shape: "office", height: 1_000_000, weekend: 1, crowdsPerDay: 2 });
  const peak = trace.rate.reduce((most, rate) => Math.max(most, rate), 0);
  const rate = trace.rate.map((value) => (value * 1_000_000) / peak);
  const world = { ...DEFAULT_WORLD, max: 20_000, service: { mean: 0.0092, variation: 1 } };
  const begin = performance.now();
  const score = simulateFluid(stageOf({ ...trace, rate }, world), byPolicy("", webPolicy(world, "cheap")));
  return { seconds: (performance.now() - begin) / 1000, requestsPerSecond: 1_000_000, instances: score.peakInstances };
}
