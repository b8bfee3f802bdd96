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
/** Seconds that a rate may be tried or held. */
const LONGEST = 600;
/** Stands for the fleet's URL, which is not known yet. */
const FLEET = "http://fleet.invalid";

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

/** Seconds. */
function timeFrom(input: Input, option: string, usual: number): number {
  const time = (length(input, option) ?? seconds(usual)) / 1_000;
  if (time <= LONGEST) return time;
  throw new Fault("TF_ARGUMENT", `--${option} is ${JSON.stringify(input.text(option))}`, {
    hint: `${LONGEST / 60} min are the most, and 30s are enough nearly always`,
  });
}

/** What is asked for, of the fleet and of nobody else. */
function checkPath(input: Input): void {
  const path = input.text("path");
  if (path === null || URL.parse(path, FLEET)?.origin === FLEET) return;
  throw new Fault("TF_ARGUMENT", `--path is ${JSON.stringify(path)}, which is no path of the fleet`, {
    hint: "write for example --path /search?q=shoes; tenfold load takes any URL",
  });
}

/** Fault: TF_ARGUMENT. */
export function measureWishFrom(input: Input, { habits }: PlanWish): MeasureWish {
  const quick = input.has("quick");
  checkPath(input);
  const heldOut = input.text("held-out");
  const most = number(input, "max-rate") ?? MOST_RATE;
  const start = number(input, "start") ?? 8;
  if (most < LEAST_RATE || start < LEAST_RATE)
    throw new Fault("TF_ARGUMENT", "a rate is too low", { hint: `--start and --max-rate are ${LEAST_RATE} at least` });
  if (input.text("start") !== null && start > most)
    throw new Fault("TF_ARGUMENT", `--start ${start} is above --max-rate ${most}`, {
      hint: "a search begins at --start and goes up to --max-rate: take a lower one, or a higher one",
    });
  return {
    quick,
    objective: { p95: habits.p95 * 1_000, errors: ERRORS, achieved: ACHIEVED },
    search: { start, most, least: LEAST_RATE, precision: precisionOf(quick) },
    step: timeFrom(input, "step", quick ? 2 : 10),
    confirm: timeFrom(input, "confirm", quick ? 5 : 30),
    repeats: count(input, "repeats") ?? (quick ? 1 : 3),
    threads: threadsFrom(input, 0, 1),
    sizes: sizesFrom(input) ?? (quick ? [1, 2] : null),
    heldOut: heldOut === null ? null : wholeNumber(heldOut, "--held-out", 0),
  };
}
