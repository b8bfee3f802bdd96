import { Fault } from "../fault/index.ts";
import { type GradientRules, type GradientState, nextLimit } from "./gradient.ts";

export interface ConcurrencyOptions {
  /** Requests under way at once to begin with. Default 20. */
  readonly initial?: number;
  /** Never fewer. Default 4. */
  readonly min?: number;
  /** Never more. Default 1,000. */
  readonly max?: number;
  /** So much slower than usual requests may be before fewer are admitted. Default 1.5. */
  readonly tolerance?: number;
  /** Seconds that a refused client is told to wait. Default 1. */
  readonly retryAfter?: number;
}

/** Milliseconds over which times are averaged, and the fewest requests that say anything. */
const WINDOW = 500;
const SAMPLES = 10;

/** Ends what was admitted. `counts` false: how long it took says nothing, as for what failed at once. Idempotent. */
export type Leave = (counts?: boolean) => void;

/**
 * Admits as many requests at once as this process can serve without their getting slow, and finds out by itself how many
 * that is. What is beyond is refused at once, instead of letting all wait.
 */
export class ConcurrencyLimit {
  readonly #rules: GradientRules;
  readonly #retryAfter: number;
  #state: GradientState;
  #inFlight = 0;
  #refused = 0;
  #window = { since: performance.now(), sum: 0, count: 0, most: 0 };

  constructor(options: ConcurrencyOptions = {}) {
    const { initial = 20, min = 4, max = 1_000, tolerance = 1.5, retryAfter = 1 } = options;
    const problems = [
      ...(min >= 1 && min <= initial && initial <= max ? [] : ["expected 1 <= min <= initial <= max"]),
      ...(tolerance >= 1 ? [] : [`tolerance ${tolerance} is less than 1`]),
      ...(Number.isInteger(retryAfter) && retryAfter >= 0 ? [] : [`retryAfter ${retryAfter} is no number of seconds`]),
    ].map((problem) => `limits.concurrency: ${problem}`);
    if (problems.length > 0) throw new Fault("TF_RT_OPTION", problems.join("; "), { lines: problems });
    this.#rules = { min, max, tolerance };
    this.#retryAfter = retryAfter;
    this.#state = { limit: initial, usual: null };
  }

  get limit(): number {
    return Math.floor(this.#state.limit);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Since the beginning. */
  get refused(): number {
    return this.#refused;
  }

  /** Throws `TF_RT_OVERLOADED` when as many are under way as may. */
  enter(): Leave {
    if (this.#inFlight >= this.limit) {
      this.#refused += 1;
      throw new Fault("TF_RT_OVERLOADED", `${this.#inFlight} requests are under way`, { retryAfter: this.#retryAfter });
    }
    this.#inFlight += 1;
    this.#window.most = Math.max(this.#window.most, this.#inFlight);
    const entered = performance.now();
    let left = false;
    return (counts = true) => {
      if (left) return;
      left = true;
      this.#inFlight -= 1;
      if (counts) this.#observe(performance.now(), entered);
    };
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const leave = this.enter();
    try {
      const result = await work();
      leave();
      return result;
    } finally {
      leave(false);
    }
  }

  #observe(now: number, entered: number): void {
    const window = this.#window;
    window.sum += now - entered;
    window.count += 1;
    if (now - window.since < WINDOW || window.count < SAMPLES) return;
    const mean = Math.max(0.01, window.sum / window.count);
    this.#state = nextLimit(this.#rules, this.#state, { mean, inFlight: window.most });
    this.#window = { since: now, sum: 0, count: 0, most: this.#inFlight };
  }
}
