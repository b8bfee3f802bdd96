import { type Context, type Labels, observe, type Part } from "../context/index.ts";
import { Fault } from "../fault/index.ts";
import { expose } from "./exposition.ts";
import { cappedCounter, checkName, Family } from "./family.ts";
import { readCpu, watchProcess } from "./process-figures.ts";
import { Requests } from "./requests.ts";

export interface MetricsOptions {
  /** Series that one name may have. Default 1,000. */
  readonly most?: number;
  /**
   * Who may read them. Default `direct`: only who asks this process itself, and not through a proxy. `anyone`: whoever
   * asks. Otherwise a secret, that is asked for as `Authorization: Bearer`.
   */
  readonly readers?: "direct" | "anyone" | { readonly token: string };
}

/** Of the application's own: the labels it has. */
export interface OwnOptions {
  readonly labels?: readonly string[];
}

export interface OwnCounter {
  add(labels?: Labels, by?: number): void;
}
export interface OwnGauge {
  set(value: number, labels?: Labels): void;
}
export interface OwnHistogram {
  observe(value: number, labels?: Labels): void;
}

/** In seconds. */
const BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];

/** The figures of this process as Prometheus reads them: those of all parts, of its requests, and the application's own. */
export class Metrics implements Part {
  readonly requests: Requests;
  readonly readers: NonNullable<MetricsOptions["readers"]>;
  readonly #context: Context;
  readonly #most: number;
  readonly #stop: () => void;

  constructor(context: Context, { most = 1_000, readers = "direct" }: MetricsOptions) {
    if (!(most >= 1)) throw new Fault("TF_RT_OPTION", `metrics.most: ${most} is no number of series`);
    if (typeof readers === "object" && readers.token.length < 16) {
      throw new Fault("TF_RT_OPTION", "metrics.readers.token: has less than 16 characters");
    }
    this.#context = context;
    this.#most = most;
    this.readers = readers;
    this.requests = new Requests(context.meters, most);
    this.#stop = watchProcess(context.meters, context.environment);
  }

  /** One that only grows: `counter("api_cost_dollars_total", "...", { labels: ["provider"] })`. Faults: `TF_RT_OPTION`. */
  counter(name: string, help: string, { labels = [] }: OwnOptions = {}): OwnCounter {
    const { meters } = this.#context;
    const family = this.#family(name, labels, (own) => meters.counter(name, help, own));
    return {
      add: (own = {}, by = 1) => {
        if (!(by >= 0)) throw new Fault("TF_RT_OPTION", `metrics: ${name}: ${by} cannot be added to a counter`);
        family.ofLabels(own).value += by;
      },
    };
  }

  gauge(name: string, help: string, { labels = [] }: OwnOptions = {}): OwnGauge {
    const { meters } = this.#context;
    const family = this.#family(name, labels, (own) => {
      const state = { value: 0 };
      meters.gauge(name, help, () => state.value, own);
      return state;
    });
    return {
      set: (value, own = {}) => {
        family.ofLabels(own).value = value;
      },
    };
  }

  /** `bounds` ascending; default from 1 ms to a minute, in seconds. */
  histogram(
    name: string,
    help: string,
    { labels = [], bounds = BOUNDS }: OwnOptions & { readonly bounds?: readonly number[] } = {},
  ): OwnHistogram {
    const ascending = bounds.every((bound, at) => at === 0 || bound > (bounds[at - 1] as number));
    if (!ascending || bounds.length === 0) {
      throw new Fault("TF_RT_OPTION", `metrics: ${name}: its bounds do not ascend`);
    }
    const { meters } = this.#context;
    const family = this.#family(name, labels, (own) => meters.histogram(name, help, bounds, own));
    return { observe: (value, own = {}) => observe(family.ofLabels(own), value) };
  }

  /** Prometheus' text, in pieces, between which the event loop serves others. */
  expose(): AsyncGenerator<string> {
    readCpu(this.#context.meters);
    return expose(this.#context.meters.list());
  }

  async close(): Promise<void> {
    this.#stop();
  }

  #family<One>(name: string, labels: readonly string[], make: (labels: Labels) => One): Family<One> {
    checkName(name, labels);
    return new Family(labels, this.#most, cappedCounter(this.#context.meters, name), make);
  }
}

/** Throws `TF_RT_OPTION`. */
export function openMetrics(context: Context, options: MetricsOptions = {}): Metrics {
  return new Metrics(context, options);
}
