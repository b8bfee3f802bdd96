/** Microseconds: more than an hour. */
const LARGEST = 2 ** 32 - 1;

/** How fine a histogram is: buckets per doubling, as a power of two. `fine` knows a value within 1/256, `coarse` within 1/64. */
export type Precision = "fine" | "coarse";
const BITS: Readonly<Record<Precision, number>> = { fine: 7, coarse: 5 };

/** A histogram on its way between threads: indexes and counts of what is not zero. */
export interface HistogramData {
  readonly precision: Precision;
  readonly counts: readonly (readonly [number, number])[];
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Counts of values from 1 µs to more than an hour, in memory that does not grow: each doubling has the same number of
 * equal buckets, so that a value is known to within half a bucket. Values are in milliseconds.
 */
export class Histogram {
  readonly #precision: Precision;
  readonly #bits: number;
  readonly #counts: Float64Array;
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = 0;

  constructor(precision: Precision = "fine") {
    this.#precision = precision;
    this.#bits = BITS[precision];
    this.#counts = new Float64Array((33 - this.#bits) << this.#bits);
  }

  /** Adds a value in milliseconds. Negative ones count as zero. */
  record(milliseconds: number): void {
    const value = Math.max(0, milliseconds);
    this.#add(this.#indexOf(Math.min(LARGEST, Math.round(value * 1_000))), 1);
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  get count(): number {
    return this.#count;
  }

  /** Exact. 0 when nothing was recorded. */
  get min(): number {
    return this.#count === 0 ? 0 : this.#min;
  }

  /** Exact. */
  get max(): number {
    return this.#max;
  }

  /** Exact. */
  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  /** The value that `percent` of all do not exceed; 0 when nothing was recorded. */
  percentile(percent: number): number {
    if (this.#count === 0) return 0;
    // What all do not exceed is known exactly.
    if (percent >= 100) return this.#max;
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.#count - 1e-9));
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= wanted) return Math.min(this.#max, Math.max(this.#min, this.#middleOf(index) / 1_000));
    }
    return this.#max;
  }

  /** Adds all that another one of the same precision holds. Throws a RangeError for another precision. */
  merge({ precision, counts, sum, min, max }: HistogramData): void {
    if (precision !== this.#precision)
      throw new RangeError(`a ${precision} histogram does not fit a ${this.#precision} one`);
    for (const [index, count] of counts) this.#add(index, count);
    this.#sum += sum;
    if (min < this.#min) this.#min = min;
    if (max > this.#max) this.#max = max;
  }

  toData(): HistogramData {
    const counts = [...this.#counts.entries()].filter(([, count]) => count > 0);
    return { precision: this.#precision, counts, sum: this.#sum, min: this.#min, max: this.#max };
  }

  #add(index: number, count: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#count += count;
  }

  /** Small values have a bucket each; of larger ones the top bit names the doubling, those after it the bucket in it. */
  #indexOf(microseconds: number): number {
    if (microseconds < 1 << this.#bits) return microseconds;
    const exponent = 31 - Math.clz32(microseconds) - this.#bits;
    return (exponent << this.#bits) + (microseconds >>> exponent);
  }

  /** The middle of a bucket, in microseconds. */
  #middleOf(index: number): number {
    const exponent = Math.max(0, (index >> this.#bits) - 1);
    return exponent === 0 ? index : (index - (exponent << this.#bits) + 0.5) * 2 ** exponent;
  }
}
