import { Random } from "../../units/random.ts";
import type { Trace } from "../trace.ts";
import { addWander } from "./noise.ts";

export interface StepsOptions {
  readonly seed: number;
  /** Each level in requests a second, and for how many seconds. */
  readonly levels: readonly (readonly [rate: number, seconds: number])[];
  readonly roughness: number;
}

/** Levels that follow each other from one second to the next. */
export function steps(name: string, { seed, levels, roughness }: StepsOptions): Trace {
  const random = new Random(seed);
  const length = levels.reduce((sum, [, seconds]) => sum + seconds, 0);
  const rate = new Float64Array(length);
  let at = 0;
  for (const [level, seconds] of levels) {
    rate.fill(level, at, at + seconds);
    at += seconds;
  }
  if (roughness > 0) addWander(rate, [{ size: roughness, seconds: 60 }], random);
  return { name, start: Date.UTC(2026, 0, 5), rate };
}
