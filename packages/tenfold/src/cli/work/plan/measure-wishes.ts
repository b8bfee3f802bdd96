import { precisionOf } from "../../../capacity/measurement.ts";
import type { SearchOptions } from "../../../capacity/search/search.ts";
import type { Objective } from "../../../capacity/search/trial.ts";
import { Fault } from "../../../fault/fault.ts";
import { MOST_RATE } from "../../../load/run/limits.ts";
import { seconds } from "../../../units/millis.ts";
import type { Input } from "../../command.ts";
import { wholeNumber } from "../../watch.ts";
import { count, length, number, threadsFrom } from "../load/options.ts";
import type { PlanWish } from "./wishes.ts";

const LEAST_RATE = 0.5;
const ERRORS = 0.001;
const ACHIEVED = 0.98;
const MOST_INSTANCES = 1_000;

/** How a measurement goes about it. */
export interface MeasureWish {
  readonly objective: Objective;
  readonly search: SearchOptions;
  /** Seconds. */
  readonly step: number;
  readonly confirm: number;
  readonly repeats: number;
  readonly threads: number;
  readonly quick: boolean;
  /** `null`: 1, 2 and 4, or what memory allows of them. */
  readonly sizes: readonly number[] | null;
  /** `null`: the planned one; 0: none. */
  readonly heldOut: number | null;
}

function sizesFrom(input: Input): number[] | null {
  const text = input.text("sizes");
  if (text === null) return null;
  const sizes = text.split(",").map((word) => wholeNumber(word.trim(), "--sizes", 1));
  const large = sizes.find((size) => size > MOST_INSTANCES);
  if (large !== undefined)
    throw new Fault("TF_ARGUMENT", `--sizes names ${large}`, { hint: `${MOST_INSTANCES} instances are the most` });
  return [...new Set(sizes)].toSorted((a, b) => a - b);
}

/** Fault: TF_ARGUMENT. */
export function measureWishFrom(input: Input, { habits }: PlanWish): MeasureWish {
  const quick = input.has("quick");
  const time = (option: string, usual: number, short: number): number =>
    (length(input, option) ?? seconds(quick ? short : usual)) / 1_000;
  const heldOut = input.text("held-out");
  const most = number(input, "max-rate") ?? MOST_RATE;
  const start = number(input, "start") ?? 8;
  if (most < LEAST_RATE || start < LEAST_RATE)
    throw new Fault("TF_ARGUMENT", "a rate is too low", { hint: `--start and --max-rate are ${LEAST_RATE} at least` });
  return {
    quick,
    objective: { p95: habits.p95 * 1_000, errors: ERRORS, achieved: ACHIEVED },
    search: { start, most, least: LEAST_RATE, precision: precisionOf(quick) },
    step: time("step", 10, 2),
    confirm: time("confirm", 30, 5),
    repeats: count(input, "repeats") ?? (quick ? 1 : 3),
    threads: threadsFrom(input, 0, 1),
    sizes: sizesFrom(input) ?? (quick ? [1, 2] : null),
    heldOut: heldOut === null ? null : wholeNumber(heldOut, "--held-out", 0),
  };
}
