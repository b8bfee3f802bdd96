import type { Knee } from "../../../capacity/measurement.ts";
import { lengthOfSearch, secondsLeft } from "../../../capacity/search/pace.ts";
import type { Trial, Verdict } from "../../../capacity/search/trial.ts";
import type { Prediction } from "../../../capacity/usl/answer.ts";
import { formatLatency } from "../../../load/report/format.ts";
import { figure } from "../../../units/figure.ts";
import type { Context } from "../../context.ts";
import type { MeasureWish } from "./measure-wishes.ts";

/** What an instance does about, when nothing is known of it. */
const USUAL_RATE = 100;
/** Repeats begin a little below what is known already. */
export const NEAR = 0.8;
/** Seconds until another number of instances serves. */
const SCALING = 5;

/** Seconds that each size takes about, and the check of a prediction. `alone`: milliseconds of a request when nothing else is going on; `null`: not known. */
function expectedFor(sizes: readonly number[], wish: MeasureWish, alone: number | null): number[] {
  const one = alone === null ? USUAL_RATE : Math.max(wish.search.least, 1_000 / Math.max(1, alone));
  const search = (size: number, isFar: boolean): number => {
    const knee = Math.min(wish.search.most, one * size);
    const start = isFar ? wish.search.start : Math.max(wish.search.least, knee * NEAR);
    return lengthOfSearch({ ...wish.search, start }, wish, knee);
  };
  const of = (size: number): number => SCALING + search(size, true) + (wish.repeats - 1) * search(size, false);
  const check = wish.heldOut === 0 ? [] : [SCALING + search(Math.max(...sizes), false)];
  return [...sizes.map(of), ...check];
}

function minutes(seconds: number): string {
  return `about ${Math.ceil(seconds / 60)} min`;
}

function many(instances: number): string {
  return `${instances} instance${instances === 1 ? "" : "s"}`;
}

/** What will be done, and how long it takes about. */
export function summaryOf(url: string, sizes: readonly number[], wish: MeasureWish, alone: number | null): string {
  const [first = 1] = sizes;
  const which = sizes.length === 1 ? many(first) : `${sizes.join(", ")} instances`;
  const limit = `up to which rate p95 stays below ${formatLatency(wish.objective.p95)} with ${which}`;
  return `${url}: ${limit}; ${minutes(secondsLeft(expectedFor(sizes, wish, alone), 0, 0))}, Ctrl-C ends it`;
}

/** Tells what a measurement does while it takes its minutes. */
export class Narrator {
  readonly #context: Pick<Context, "options" | "terminal" | "paint">;
  readonly #now: () => number;
  #isWaiting = false;
  #expected: readonly number[] = [];
  #begun = 0;
  /** Sizes that were begun. */
  #sizes = 0;

  /** `now`: milliseconds of a clock that is never set. */
  constructor(context: Pick<Context, "options" | "terminal" | "paint">, now: () => number = () => performance.now()) {
    this.#context = context;
    this.#now = now;
  }

  begin(url: string, sizes: readonly number[], wish: MeasureWish, alone: number | null): void {
    this.#expected = expectedFor(sizes, wish, alone);
    this.#begun = this.#now();
    this.#line(summaryOf(url, sizes, wish, alone));
  }

  /** The next size begins. From the second on it is known how long they take. */
  size(instances: number): void {
    const left = secondsLeft(this.#expected, this.#sizes, (this.#now() - this.#begun) / 1_000);
    this.#line(`${many(instances)}${this.#sizes === 0 || left === 0 ? "" : `; ${minutes(left)} more`}`);
    this.#sizes += 1;
  }

  trial({ rate, p95 }: Trial, verdict: Verdict, isLong: boolean): void {
    const { paint } = this.#context;
    const sign = { passed: paint("✓", "green"), failed: paint("✗", "red"), unsound: paint("?", "yellow") }[
      verdict.kind
    ];
    const why = verdict.kind === "passed" ? "" : `: ${verdict.why}`;
    this.#line(`  ${sign} ${figure(rate)}/s${isLong ? ", long" : ""}  p95 ${formatLatency(p95)}${why}`);
  }

  knee({ instances, rate }: Knee): void {
    this.#line(`  ${this.#context.paint(`${many(instances)}: ${figure(rate)}/s`, "bold")}`);
  }

  /** The prediction of a size that was to be checked is refused. */
  unchecked(why: string): void {
    this.#line(`nothing is checked: ${why}`);
  }

  heldOut({ instances, rate }: Prediction): void {
    this.#line(`to check the prediction of ${figure(rate)}/s with ${many(instances)}:`);
  }

  interrupted(before: number): void {
    this.#line(`interrupted; back to ${many(before)}`);
  }

  hurried(before: number): void {
    this.#line(`not waiting for what is in flight; ended once more, it does not get back to ${many(before)}`);
  }

  /** Told once: the same is waited for. */
  waiting(why: string): void {
    if (!this.#isWaiting) this.#line(`${why}; waiting for it, to bring the former number back`);
    this.#isWaiting = true;
  }

  #line(text: string): void {
    const { options, terminal, paint } = this.#context;
    if (!options.quiet) terminal.err(`${paint("·", "dim")} ${text}\n`);
  }
}
