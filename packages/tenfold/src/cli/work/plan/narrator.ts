import type { Knee } from "../../../capacity/measurement.ts";
import type { Trial, Verdict } from "../../../capacity/search/trial.ts";
import type { Prediction } from "../../../capacity/usl/answer.ts";
import { formatLatency } from "../../../load/report/format.ts";
import type { Context } from "../../context.ts";
import type { MeasureWish } from "./measure-wishes.ts";

/** Searches take about so many runs from far away, and from nearby. */
const RUNS_FAR = 10;
const RUNS_NEAR = 5;

function figure(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

function many(instances: number): string {
  return `${instances} instance${instances === 1 ? "" : "s"}`;
}

/** Tells what a measurement does while it takes its minutes. */
export class Narrator {
  readonly #context: Context;
  #isWaiting = false;

  constructor(context: Context) {
    this.#context = context;
  }

  begin(url: string, sizes: readonly number[], { step, confirm, repeats, objective }: MeasureWish): void {
    const each = RUNS_FAR * step + confirm + (repeats - 1) * (RUNS_NEAR * step + confirm);
    const minutes = Math.ceil((each * (sizes.length + 1 / repeats)) / 60);
    this.#line(
      `${url}: up to which rate p95 stays below ${formatLatency(objective.p95)} with ${sizes.join(", ")} instances; about ${minutes} min, Ctrl-C ends it`,
    );
  }

  size(instances: number): void {
    this.#line(many(instances));
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
