import { formatDuration, millis } from "../units/millis.ts";
import type { Bound, Decision, HoldReason, WebFigures, Why, WorkerFigures } from "./decision.ts";

const HOLDS: Readonly<Record<HoldReason, string>> = {
  "no-metrics": "no fresh measurements",
  deploy: "a release is being rolled out",
  errors: "too many answers are errors",
  restart: "not watched for long enough",
  growth: "it grew less than ten minutes ago",
  fall: "it fell less than ten minutes ago, and suffices for what is expected",
  rule: "a rule holds it",
  starting: "others are starting",
  change: "it grew less than a minute ago",
  "recent-change": "it changed less than five minutes ago",
};

function round(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function webText({ arrivals, cost, load, queued, forecast, margin, need, keep, surge }: WebFigures): string {
  const waiting = queued === 0 ? "" : `, ${queued} waiting`;
  const coming = `${surge ? "surge to" : "expected"} ${round(forecast)}`;
  return `${round(arrivals)} req/s × ${round(cost)} ms = ${round(load)} busy${waiting}; ${coming}, margin ${round((margin - 1) * 100)}%: needs ${need}, keeps ${keep}`;
}

function workerText({
  arrivals,
  jobSeconds,
  isGuess,
  queued,
  inFlight,
  oldest,
  due,
  need,
  keep,
}: WorkerFigures): string {
  const span = (value: number): string => formatDuration(millis(Math.round(value / 1000) * 1000));
  const age = oldest === null ? "" : `, oldest ${span(oldest)}`;
  const later = due === null || due < 0 ? "" : `, next due in ${span(due)}`;
  return `${round(arrivals)} jobs/s × ${round(jobSeconds)} s${isGuess ? " (assumed)" : ""}, ${queued} queued, ${inFlight === null ? "in flight unknown" : `${inFlight} in flight`}${age}${later}: needs ${need}, keeps ${keep}`;
}

function whyText(why: Why): string {
  switch (why.kind) {
    case "web":
      return webText(why.figures);
    case "workers":
      return workerText(why.figures);
    case "idle":
      return `nothing queued or in flight for ${formatDuration(millis(why.seconds * 1000))}`;
    case "perhaps-busy":
      return 'nothing queued, but in flight unknown, so one stays; for none, tell it: prometheus.inFlight, or a command that prints {"queued": 0, "inFlight": 0}';
    case "rule":
      return `${why.rule} (now ${why.value})`;
    case "rules-quiet":
      return "no rule applies";
    case "unwatched":
      return "its queue is not watched: the lowest that its bounds and schedules allow";
    case "override":
      return `set by hand${why.until === null ? "" : ` until ${new Date(why.until).toISOString().slice(0, 16)}Z`}`;
    case "hold":
      return HOLDS[why.reason];
  }
}

function boundText(bound: Bound): string {
  if (bound.kind === "connections") return `the database's connections suffice for ${plural(bound.count, "instance")}`;
  return bound.schedule === null ? `${bound.kind} ${bound.count}` : `schedule ${bound.schedule}`;
}

/** One line that says which figures led to a decision: `3 → 5: 210 req/s × 20 ms = 4.2 busy; ...`. */
export function explain({ from, target, wanted, why, held, bound }: Decision): string {
  const change = target === from ? `stays ${target}` : `${from} → ${target}`;
  const notes = [
    ...(held === null || why.kind === "hold" ? [] : [`kept: ${HOLDS[held]}`]),
    ...(bound === null ? [] : [`${boundText(bound)}, wanted ${wanted}`]),
  ];
  return `${change}: ${[whyText(why), ...notes].join("; ")}`;
}
