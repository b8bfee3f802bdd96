import { monitoringOf } from "../../../spec/local.ts";
import type { Spec } from "../../../spec/spec.ts";
import { always, type Recording, type Trigger } from "./trigger.ts";

const MEAN = "tenfold:web_response_seconds:mean";
const SLOWEST = "tenfold:response_seconds:p95";
/** What is answered faster than this is not slow, whatever is usual: seconds. */
const FAST = 0.05;

/** The median of the day before the last ten minutes. */
function usual(name: string): string {
  return `quantile_over_time(0.5, ${name}[1d] offset 10m)`;
}

function beyondUsual(name: string, above: number): string {
  return `${name} / ${usual(name)} > ${above} and ${name} > ${FAST}`;
}

/** What counts answers by how long they took: HAProxy does; where nginx is the edge, only the application itself may. */
function answersSource(spec: Spec): string | null {
  if (spec.balancer.engine === "haproxy") return "tenfold_balancer_response_seconds";
  return (monitoringOf(spec)?.scrape ?? null) === null ? null : "tenfold_http_request_duration_seconds";
}

export function webRecordings(spec: Spec): Recording[] {
  const source = answersSource(spec);
  if (source === null) return [];
  const [time, answers] = ["sum", "count"].map((part) => `sum(rate(${source}_${part}[5m]))`);
  return [
    { record: MEAN, expr: `${time} / (${answers} > 0)` },
    { record: SLOWEST, expr: `histogram_quantile(0.95, sum by (le) (rate(${source}_bucket[5m]))) > 0` },
  ];
}

/** Of what visitors notice. */
export const WEB_TRIGGERS: readonly Trigger[] = [
  {
    name: "errors",
    concerns: always,
    holds: (above) =>
      `(sum(rate(tenfold_web_errors_total[5m])) + sum(rate(tenfold_balancer_unanswered_total[5m])) + sum(rate(tenfold_balancer_refused_total[5m]))) / (sum(rate(tenfold_balancer_requests_total[5m])) > 0) > ${above / 100}`,
    summary: "Requests fail",
    description: "{{ $value | humanizePercentage }} of them are answered with 500 and above, not answered, or refused.",
    action: "tenfold logs web shows the errors; tenfold rollback, when a release began it.",
  },
  {
    name: "webCpu",
    concerns: always,
    holds: (above) => `avg(tenfold_member_cpu_ratio{kind="web"}) > ${above / 100}`,
    summary: "The web instances are busy",
    description: "They use {{ $value | humanizePercentage }} of a core each, on average.",
    action: "tenfold scale web=+1, or instances: { min, max } in the file, if the machine has cores to spare.",
  },
  {
    name: "slowResponses",
    concerns: (spec) => answersSource(spec) !== null,
    holds: (above) => beyondUsual(MEAN, above),
    summary: "Answers are slower than usual",
    description: "The mean is {{ $value | humanize }} times its median of the last day.",
    action: "tenfold ps shows who is busy; look at the database's slow queries, then at the last release.",
  },
  {
    name: "slowestResponses",
    concerns: (spec) => answersSource(spec) !== null,
    holds: (above) => beyondUsual(SLOWEST, above),
    summary: "The slowest answers are slower than usual",
    description: "The 95th percentile is {{ $value | humanize }} times its median of the last day.",
    action:
      "tenfold doctor --load names likely causes; which routes are slow is in the application's own figures, then look at the last release.",
  },
];
