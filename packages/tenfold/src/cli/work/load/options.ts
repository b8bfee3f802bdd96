import { Fault } from "../../../fault/fault.ts";
import { constant, type Profile, ramp, scaled, spike } from "../../../load/arrivals/profile.ts";
import type { Arrivals } from "../../../load/run/plan.ts";
import type { LoadWish } from "../../../load/scenario/scenario.ts";
import { type Measurable, unmeasurable } from "../../../load/thresholds/check.ts";
import { parseThreshold, type Threshold } from "../../../load/thresholds/threshold.ts";
import { formatDuration, type Millis, parseDuration, seconds } from "../../../units/millis.ts";
import type { Input } from "../../command.ts";
import { wholeNumber } from "../../watch.ts";

const DEFAULT_RATE = 50;
const DEFAULT_DURATION = seconds(30);
/** What one thread sends without being late. */
const RATE_PER_THREAD = 10_000;
const MOST_THREADS = 64;

/** A number from 0 up, when the option is there. Fault: TF_ARGUMENT. */
export function number(input: Input, option: string): number | undefined {
  const text = input.text(option);
  if (text === null) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new Fault("TF_ARGUMENT", `--${option} is ${JSON.stringify(text)}`, {
    hint: `write a number, such as --${option} 200`,
  });
}

/** A time above 0, when the option is there. Fault: TF_ARGUMENT. */
export function length(input: Input, option: string): Millis | undefined {
  const text = input.text(option);
  if (text === null) return undefined;
  const value = parseDuration(text);
  if (value !== undefined && value > 0) return value;
  throw new Fault("TF_ARGUMENT", `--${option} is ${JSON.stringify(text)}`, {
    hint: `write a time above 0, such as --${option} 30s or --${option} 5m`,
  });
}

/** A whole number from 1 up, when the option is there. Fault: TF_ARGUMENT. */
export function count(input: Input, option: string): number | undefined {
  const text = input.text(option);
  return text === null ? undefined : wholeNumber(text, `--${option}`, 1);
}

/** What the options say, by themselves. Fault: TF_ARGUMENT. */
export function wishFrom(input: Input): LoadWish {
  const shapes = ["ramp-to", "spike-to", "trace"].filter((option) => input.text(option) !== null);
  const open = ["rate", ...shapes].filter((option) => input.text(option) !== null);
  const [shape, other] = shapes;
  if (other !== undefined)
    throw new Fault("TF_ARGUMENT", `--${shape} and --${other} exclude each other`, {
      hint: "a trace can describe any shape: a CSV of second,rps",
    });
  if (input.text("visitors") !== null && open[0] !== undefined)
    throw new Fault("TF_ARGUMENT", `--visitors and --${open[0]} exclude each other`, {
      hint: "visitors of a closed loop come at their own pace; remove one of the two",
    });
  if (input.text("rate") !== null && input.text("trace") !== null)
    throw new Fault("TF_ARGUMENT", "--rate and --trace exclude each other", {
      hint: "the trace holds the rates; --scale multiplies them",
    });
  return {
    rate: number(input, "rate"),
    rampTo: number(input, "ramp-to"),
    spikeTo: number(input, "spike-to"),
    trace: input.text("trace") ?? undefined,
    visitors: count(input, "visitors"),
    duration: length(input, "duration"),
    spacing: input.has("poisson") ? "poisson" : undefined,
    timeout: length(input, "timeout"),
    connections: input.has("fresh") ? "fresh" : undefined,
    maxConnections: count(input, "max-connections"),
  };
}

/** The options over the scenario's own wish; who asks for visitors takes the rates away, and the other way round. */
export function mergeWishes(file: LoadWish, own: LoadWish): LoadWish {
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) as LoadWish;
  const { visitors, duration, timeout, connections, maxConnections, spacing } = file;
  const neutral = { duration, timeout, connections, maxConnections, spacing };
  const isOpen = [own.rampTo, own.spikeTo].some((value) => value !== undefined);
  // A trace lasts as long as it does, whatever the scenario's own load takes.
  if (own.trace !== undefined) return { ...neutral, duration: undefined, ...given };
  if (own.visitors !== undefined || isOpen)
    return {
      ...neutral,
      rate: own.visitors === undefined ? file.rate : undefined,
      ...given,
    };
  if (own.rate !== undefined && (visitors !== undefined || file.trace !== undefined)) return { ...neutral, ...given };
  return { ...file, ...given };
}

/** Who comes when. `trace`: what the trace that was asked for holds. */
export function arrivalsFrom(wish: LoadWish, trace: Profile | null, scale: number): Arrivals {
  const time = (wish.duration ?? DEFAULT_DURATION) / 1_000;
  if (wish.visitors !== undefined) return { kind: "closed", visitors: wish.visitors, seconds: time };
  const rate = wish.rate ?? DEFAULT_RATE;
  const profile = ((): Profile => {
    if (trace !== null) return wish.duration === undefined ? trace : cut(trace, time);
    if (wish.rampTo !== undefined) return ramp(rate, wish.rampTo, time);
    if (wish.spikeTo !== undefined) return spike(rate, wish.spikeTo, time);
    return constant(rate, time);
  })();
  return { kind: "open", profile: scaled(profile, scale), spacing: wish.spacing ?? "even" };
}

/** The first so many seconds of a profile. */
function cut(profile: Profile, time: number): Profile {
  let left = time;
  return profile.flatMap(({ seconds, from, to }) => {
    const taken = Math.min(left, seconds);
    left -= taken;
    return taken > 0 ? [{ seconds: taken, from, to: from + ((to - from) * taken) / seconds }] : [];
  });
}

export function scaleFrom(input: Input): number {
  const scale = number(input, "scale") ?? 1;
  if (scale > 0) return scale;
  throw new Fault("TF_ARGUMENT", "--scale is 0", { hint: "write a factor above 0, such as --scale 0.5" });
}

/** Thresholds of the options, or those of the scenario where there are none. Fault: TF_ARGUMENT. */
export function thresholdsFrom(texts: readonly string[]): Threshold[] {
  return texts.map((text) => {
    const parsed = parseThreshold(text);
    if (parsed.ok) return parsed.threshold;
    throw new Fault("TF_ARGUMENT", `--threshold ${parsed.problem}`, {
      hint: 'for example --threshold "p95<250ms" --threshold "errors<0.1%"',
    });
  });
}

/** Whether the run can measure what thresholds are about. Fault: TF_ARGUMENT. */
export function checkThresholds(thresholds: readonly Threshold[], measurable: Measurable): void {
  for (const threshold of thresholds) {
    const why = unmeasurable(threshold, measurable);
    if (why !== null) throw new Fault("TF_ARGUMENT", `the threshold ${why}`);
  }
}

/** As many threads as the options say, or as the highest rate needs and the machine has cores. */
export function threadsFrom(input: Input, peak: number, cores: number): number {
  const asked = count(input, "threads");
  if (asked !== undefined && asked > MOST_THREADS)
    throw new Fault("TF_ARGUMENT", `--threads is ${asked}`, { hint: `at most ${MOST_THREADS}; cores are what helps` });
  return asked ?? Math.max(1, Math.min(cores, Math.ceil(peak / RATE_PER_THREAD)));
}

/** `200/s for 30s`, for people. */
export function describeArrivals(arrivals: Arrivals): string {
  const time = (value: number): string => formatDuration(seconds(value));
  if (arrivals.kind === "closed") return `${arrivals.visitors} visitors for ${time(arrivals.seconds)}`;
  const { profile, spacing } = arrivals;
  const total = profile.reduce((sum, segment) => sum + segment.seconds, 0);
  const rates = profile.flatMap(({ from, to }) => [from, to]);
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  // One stretch goes from its first rate to its last; of several, the lowest and the highest tell most.
  const [from, to] = profile.length === 1 ? rates : [low, high];
  const figure = (rate = 0): string => String(Math.round(rate * 100) / 100);
  const shape = from === to ? `${figure(from)}/s` : `${figure(from)} to ${figure(to)}/s`;
  return `${shape} for ${time(total)}${spacing === "poisson" ? ", as independent visitors come" : ""}`;
}
