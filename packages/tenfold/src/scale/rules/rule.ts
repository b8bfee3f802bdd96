import { formatDuration, type Millis } from "../../units/millis.ts";

/** What a threshold can look at. */
export type Metric = "cpu" | "memory" | "queue" | "age" | "p95" | "errors" | "rps";

/** In what a metric is given: a share of 1, a number of things, milliseconds. */
export type MetricUnit = "share" | "count" | "time";

export const METRICS: Readonly<Record<Metric, { readonly unit: MetricUnit; readonly what: string }>> = {
  cpu: { unit: "share", what: "mean CPU of the instances that are ready" },
  memory: { unit: "share", what: "mean memory of the instances that are ready" },
  queue: { unit: "count", what: "requests or jobs that wait" },
  age: { unit: "time", what: "how long the oldest job has waited" },
  p95: { unit: "time", what: "95th percentile of the response time" },
  errors: { unit: "share", what: "share of the answers that are server errors" },
  rps: { unit: "count", what: "requests a second for each instance" },
};

/** A fixed limit in the metric's unit, or a multiple of what is usual for it. */
export type Limit =
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "baseline"; readonly times: number };

/** What happens: the number changes by so many, by a share of itself, or must not fall. */
export type RuleAction =
  | { readonly kind: "by"; readonly count: number }
  | { readonly kind: "share"; readonly share: number }
  | { readonly kind: "hold" };

/** A threshold as people write it: `cpu > 70% for 5m: +1`. */
export interface Rule {
  readonly metric: Metric;
  readonly above: boolean;
  readonly limit: Limit;
  /** How long it must be so without interruption. */
  readonly lasting: Millis;
  readonly action: RuleAction;
}

export function formatMetric(metric: Metric, value: number): string {
  switch (METRICS[metric].unit) {
    case "share":
      return `${Number((value * 100).toPrecision(3))}%`;
    case "time":
      return formatDuration(Math.round(value) as Millis);
    case "count":
      return `${Number(value.toPrecision(3))}`;
  }
}

function formatLimit(metric: Metric, limit: Limit): string {
  return limit.kind === "value" ? formatMetric(metric, limit.value) : `${limit.times}x baseline`;
}

function formatAction(action: RuleAction): string {
  switch (action.kind) {
    case "by":
      return action.count > 0 ? `+${action.count}` : `${action.count}`;
    case "share":
      return `${action.share > 0 ? "+" : ""}${Number((action.share * 100).toPrecision(3))}%`;
    case "hold":
      return "hold";
  }
}

/** The inverse of `parseRule`, with its defaults written out. */
export function formatRule({ metric, above, limit, lasting, action }: Rule): string {
  const time = lasting === 0 ? "" : ` for ${formatDuration(lasting)}`;
  return `${metric} ${above ? ">" : "<"} ${formatLimit(metric, limit)}${time}: ${formatAction(action)}`;
}
