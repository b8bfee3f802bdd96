import { durationOf, type Profile, peakOf } from "../arrivals/profile.ts";
import type { Arrivals } from "../run/plan.ts";
import { intendedBy } from "../scenario/intended.ts";
import type { Journey } from "../scenario/scenario.ts";
import type { Threshold } from "../thresholds/threshold.ts";

/** JavaScript, and what of the load it is not: a sentence each. */
export interface Piece {
  readonly text: string;
  readonly differences: readonly string[];
}

/** Fewer connections than that are somebody's wish. */
const MANY_CONNECTIONS = 2_000;
const FIRST_VUS = 50;

/** k6 takes whole numbers only, in a time of one's choice: seconds each. */
const UNITS: readonly (readonly [string, number])[] = [
  ["1s", 1],
  ["10s", 10],
  ["1m", 60],
  ["100s", 100],
  ["10m", 600],
  ["1000s", 1_000],
  ["1h", 3_600],
];

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6 * Math.max(1, value);
}

/** The shortest time in which all rates are whole numbers, or else an hour, in which rounding does not matter. */
function unitFor(profile: Profile): readonly [string, number] {
  const rates = profile.flatMap(({ from, to }) => [from, to]);
  return UNITS.find(([, length]) => rates.every((rate) => isWhole(rate * length))) ?? ["1h", 3_600];
}

function time(seconds: number): string {
  return `${Math.round(seconds * 1_000)}ms`;
}

function stages(profile: Profile, length: number): string {
  let at = profile[0]?.from ?? 0;
  const lines = profile.flatMap(({ seconds, from, to }) => {
    const jump = from === at ? [] : [`{ target: ${Math.round(from * length)}, duration: "0s" }`];
    at = to;
    return [...jump, `{ target: ${Math.round(to * length)}, duration: "${time(seconds)}" }`];
  });
  return lines.map((line) => `        ${line},\n`).join("");
}

/** Seconds of a visit in which it needs no connection of its own: pauses, and WebSockets, which have theirs. */
function pausesOf(journeys: readonly Journey[]): number {
  let sum = 0;
  let weights = 0;
  for (const { weight, steps } of journeys) {
    weights += weight;
    for (const step of steps) {
      const think = step.think === null ? 0 : (step.think.from + step.think.to) / 2;
      const hold = step.kind === "websocket" ? step.hold : 0;
      sum += (weight * step.chance * (think + hold)) / 1_000;
    }
  }
  return weights === 0 ? 0 : sum / weights;
}

/** A machine of k6 takes one visit at a time, pauses included. `mostConnections`: as the plan has them. */
export function executorOf(arrivals: Arrivals, mostConnections: number, journeys: readonly Journey[]): Piece {
  const differences: string[] = [];
  if (arrivals.kind === "closed") {
    const { visitors, seconds } = arrivals;
    if (visitors > mostConnections)
      differences.push(`${visitors} visitors have a connection each, instead of waiting for one of ${mostConnections}`);
    const text = `{ executor: "constant-vus", vus: ${visitors}, duration: "${time(seconds)}", gracefulStop: "10m" }`;
    return { text, differences };
  }
  const { profile, spacing } = arrivals;
  if (spacing === "poisson") differences.push("visits come evenly: k6 cannot let them come as independent people do");
  const most = mostConnections + Math.ceil(peakOf(profile) * pausesOf(journeys));
  if (mostConnections < MANY_CONNECTIONS)
    differences.push(`visits that come while ${most} are under way are left out, instead of waiting for a connection`);
  const [unit, length] = unitFor(profile);
  const [first] = profile;
  const shared = `timeUnit: "${unit}", preAllocatedVUs: ${Math.min(FIRST_VUS, most)}, maxVUs: ${most}, gracefulStop: "10m"`;
  if (profile.length === 1 && first !== undefined && first.from === first.to && first.from > 0) {
    const rate = Math.round(first.from * length);
    const text = `{ executor: "constant-arrival-rate", rate: ${rate}, duration: "${time(durationOf(profile))}", ${shared} }`;
    return { text, differences };
  }
  const start = Math.round((first?.from ?? 0) * length);
  const text = `{\n      executor: "ramping-arrival-rate", startRate: ${start}, ${shared},\n      stages: [\n${stages(profile, length)}      ],\n    }`;
  return { text, differences };
}

/** What a step is called in thresholds, whose names have a grammar: its letters and digits, each once. */
export function tagsOf(journeys: readonly Pick<Journey, "steps">[]): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const { name } of journeys.flatMap(({ steps }) => steps)) {
    if (tags.has(name)) continue;
    const plain = name.replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, "") || "step";
    const taken = new Set(tags.values());
    let tag = plain;
    for (let at = 2; taken.has(tag); at += 1) tag = `${plain}_${at}`;
    tags.set(name, tag);
  }
  return tags;
}

interface K6Threshold {
  readonly metric: string;
  readonly expression: string;
}

/** A threshold about nothing is kept in k6, and is not here; nor is a run kept of which nothing was answered. */
const SEEN = "count>0";
const NOT_ALL_FAILED: K6Threshold = { metric: "step_failed", expression: "rate<1" };

const AGGREGATES = { max: "max", mean: "avg" } as const;

/** The threshold as k6 writes it, which sees something; a sentence where k6 has none like it. */
function convert(threshold: Threshold, journeys: readonly Journey[]): readonly K6Threshold[] | string {
  const { metric, comparison, limit, step } = threshold;
  const quoted = JSON.stringify(threshold.text);
  const steps = journeys.flatMap(({ steps: all }) => all);
  const own = step === null ? undefined : steps.find(({ name }) => name === step);
  if (step !== null && own === undefined) {
    const isMessage = steps.some((one) => intendedBy(one).some(([name]) => name === step));
    return isMessage
      ? `the threshold ${quoted} is left out: the script does not wait for answers on WebSockets`
      : `the threshold ${quoted} is left out: no step has that name`;
  }
  const tag = step === null ? "" : `{step:${tagsOf(journeys).get(step)}}`;
  const isSocket = own?.kind === "websocket";
  const latency = `${isSocket ? "ws_connecting" : "http_req_duration"}${tag}`;
  const seen = { metric: `steps${tag}`, expression: SEEN };
  switch (metric.kind) {
    case "percentile":
      return [seen, { metric: latency, expression: `p(${metric.percent})${comparison}${limit}` }];
    case "max":
    case "mean":
      return [seen, { metric: latency, expression: `${AGGREGATES[metric.kind]}${comparison}${limit}` }];
    case "errors":
      return metric.as === "count"
        ? [seen, { metric: `step_failures${tag}`, expression: `count${comparison}${limit}` }]
        : [seen, { metric: `step_failed${tag}`, expression: `rate${comparison}${limit}` }];
    case "rate":
      return `the threshold ${quoted} is left out: k6 counts the requests that were sent, not those that were answered`;
    default:
      return metric satisfies never;
  }
}

/** The thresholds that k6 has, as the lines of an object. */
export function thresholdsOf(thresholds: readonly Threshold[], journeys: readonly Journey[]): Piece {
  const found = thresholds.map((threshold) => convert(threshold, journeys));
  const differences = found.filter((one) => typeof one === "string");
  const byMetric = new Map<string, Set<string>>();
  const all = found.flatMap((one) => (typeof one === "string" ? [] : one));
  for (const { metric, expression } of [{ metric: "steps", expression: SEEN }, NOT_ALL_FAILED, ...all])
    byMetric.set(metric, (byMetric.get(metric) ?? new Set()).add(expression));
  const hasSockets = journeys.some(({ steps }) => steps.some(({ kind }) => kind === "websocket"));
  if (hasSockets && thresholds.some(({ step, metric }) => step === null && !("as" in metric)))
    differences.push("latencies of everything leave WebSockets out");
  const lines = [...byMetric].map(([metric, ones]) => `    ${JSON.stringify(metric)}: ${JSON.stringify([...ones])},\n`);
  return { text: lines.join(""), differences };
}
