export type Labels = Readonly<Record<string, string>>;

/** One series: a name with one set of labels. */
interface Described {
  readonly name: string;
  readonly help: string;
  readonly labels: Labels;
}

export interface Counter extends Described {
  readonly kind: "counter";
  value: number;
}

export interface Gauge extends Described {
  readonly kind: "gauge";
  /** Asked when somebody looks. */
  readonly read: () => number;
}

export interface Histogram extends Described {
  readonly kind: "histogram";
  /** Upper bounds, ascending; what exceeds all is counted in `count` alone. */
  readonly bounds: readonly number[];
  /** As many as bounds, each with what fell into its bucket and into none before. */
  readonly buckets: Float64Array;
  sum: number;
  count: number;
}

export type Series = Counter | Gauge | Histogram;

/**
 * The figures that parts keep: plain numbers, counted in place and read when somebody looks. A part asks for its series
 * once, with all their labels, so their number is bounded by the code.
 */
export class Meters {
  readonly #series = new Map<string, Series>();

  counter(name: string, help: string, labels: Labels = {}): Counter {
    return this.#once({ kind: "counter", name, help, labels, value: 0 });
  }

  /** The last one that is given for a name and labels is asked. */
  gauge(name: string, help: string, read: () => number, labels: Labels = {}): void {
    this.#series.set(key(name, labels), { kind: "gauge", name, help, labels, read });
  }

  histogram(name: string, help: string, bounds: readonly number[], labels: Labels = {}): Histogram {
    const buckets = new Float64Array(bounds.length);
    return this.#once({ kind: "histogram", name, help, labels, bounds, buckets, sum: 0, count: 0 });
  }

  /** Every series, those of a name beside each other. */
  list(): readonly Series[] {
    return [...Map.groupBy(this.#series.values(), ({ name }) => name).values()].flat();
  }

  #once<One extends Series>(series: One): One {
    const id = key(series.name, series.labels);
    const known = this.#series.get(id);
    if (known === undefined) {
      this.#series.set(id, series);
      return series;
    }
    if (known.kind !== series.kind) throw new Error(`${series.name} is a ${known.kind}, and no ${series.kind}`);
    return known as One;
  }
}

export function observe(histogram: Histogram, value: number): void {
  histogram.sum += value;
  histogram.count += 1;
  const { bounds, buckets } = histogram;
  for (let at = 0; at < bounds.length; at += 1) {
    if (value <= (bounds[at] as number)) {
      buckets[at] = (buckets[at] as number) + 1;
      return;
    }
  }
}

function key(name: string, labels: Labels): string {
  const names = Object.keys(labels).sort();
  return `${name}{${names.map((label) => `${label}=${JSON.stringify(labels[label])}`).join()}}`;
}
