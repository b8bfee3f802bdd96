import type { Context } from "../context/index.ts";
import type { DatabaseFigures } from "./figures.ts";

/** The same text is told once in so many milliseconds, so that a slow database does not fill the log as well. */
const AGAIN = 10_000;
const MOST = 200;
const LONGEST = 500;

/** Tells of slow statements, by their text and never by their parameters. */
export class SlowLog {
  readonly #context: Context;
  readonly #threshold: number;
  readonly #figures: DatabaseFigures;
  readonly #told = new Map<string, number>();

  constructor(context: Context, threshold: number, figures: DatabaseFigures) {
    this.#context = context;
    this.#threshold = threshold;
    this.#figures = figures;
  }

  look(text: string, milliseconds: number, target: string): void {
    if (milliseconds < this.#threshold) return;
    this.#figures.slow.value += 1;
    const now = this.#context.clock.now();
    if (now - (this.#told.get(text) ?? Number.NEGATIVE_INFINITY) < AGAIN) return;
    if (this.#told.size >= MOST) this.#told.clear();
    this.#told.set(text, now);
    const statement = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
    this.#context.warn("a statement was slow", { milliseconds: Math.round(milliseconds), target, statement });
  }
}
