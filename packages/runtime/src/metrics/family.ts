import type { Counter, Labels, Meters } from "../context/index.ts";
import { Fault } from "../fault/index.ts";

/** What a label is called whose value is one too many. */
const OTHER = "other";

/**
 * Series of one name by the values of their labels, made when they are first met. Of so many at most: what comes after is
 * counted as `other`, since a label that somebody fills with ids would fill the memory.
 */
export class Family<One> {
  readonly #labels: readonly string[];
  readonly #most: number;
  readonly #capped: Counter;
  readonly #make: (labels: Labels) => One;
  readonly #series = new Map<string, One>();

  constructor(labels: readonly string[], most: number, capped: Counter, make: (labels: Labels) => One) {
    this.#labels = labels;
    this.#most = most;
    this.#capped = capped;
    this.#make = make;
  }

  of(values: readonly string[]): One {
    const key = values.length === 1 ? (values[0] as string) : values.join("\0");
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if (this.#series.size < this.#most) return this.#add(key, values);
    this.#capped.value += 1;
    const other = this.#labels.map(() => OTHER);
    return this.#series.get(OTHER) ?? this.#add(OTHER, other);
  }

  ofLabels(labels: Labels): One {
    return this.of(this.#labels.map((label) => labels[label] ?? ""));
  }

  #add(key: string, values: readonly string[]): One {
    const made = this.#make(Object.fromEntries(this.#labels.map((label, at) => [label, values[at] ?? ""])));
    this.#series.set(key, made);
    return made;
  }
}

/** Throws `TF_RT_OPTION` for what Prometheus would not take. */
export function checkName(name: string, labels: readonly string[]): void {
  const bad = [
    ...(/^[a-zA-Z_:][\w:]*$/.test(name) ? [] : [`metrics: ${JSON.stringify(name)} is no name of a metric`]),
    ...labels
      .filter((label) => !/^[a-zA-Z_]\w*$/.test(label) || label.startsWith("__") || label === "le")
      .map((label) => `metrics: ${name}: ${JSON.stringify(label)} is no label`),
  ];
  if (bad.length > 0) throw new Fault("TF_RT_OPTION", bad.join("; "), { lines: bad });
}

export function cappedCounter(meters: Meters, name: string): Counter {
  const help = "Observations that came with labels beyond the limit, and were counted as `other`.";
  return meters.counter("tenfold_metrics_capped_total", help, { metric: name });
}
