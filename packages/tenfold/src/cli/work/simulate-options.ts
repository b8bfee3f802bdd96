import { Fault } from "../../fault/fault.ts";
import { BALANCINGS, type Balancing } from "../../simulate/balancing.ts";
import type { PolicyChoice } from "../../simulate/compare.ts";
import { WEB_POLICIES, WORKER_POLICIES } from "../../simulate/compare.ts";
import { WORKER_WORLD, type World } from "../../simulate/world.ts";
import { parseRule } from "../../spec/scaling/parse-rule.ts";
import { formatRule } from "../../spec/scaling/rule.ts";
import { unmeasured } from "../../spec/scaling/rules.ts";
import { parseExactDuration } from "../../units/millis.ts";
import { nearest } from "../../units/nearest.ts";
import { parsePercent } from "../../units/percent.ts";
import type { Input } from "../command.ts";

function wrong(option: string, found: string, right: string): Fault {
  return new Fault("TF_ARGUMENT", `--${option} is ${JSON.stringify(found)}; it must be ${right}`, {
    hint: "tenfold simulate --help lists the options",
  });
}

/** Reads options; what is absent keeps the given value. Faults: TF_ARGUMENT. */
class OptionReader {
  readonly #input: Input;

  constructor(input: Input) {
    this.#input = input;
  }

  /** Seconds. */
  time(option: string, otherwise: number, least = 0): number {
    const text = this.#input.text(option);
    if (text === null) return otherwise;
    const parsed = parseExactDuration(text);
    if (parsed === undefined || parsed < least * 1000)
      throw wrong(option, text, `a duration such as 250ms or 45s${least > 0 ? `, at least ${least * 1000}ms` : ""}`);
    return parsed / 1000;
  }

  /** Whole seconds, in which the simulation goes on. */
  whole(option: string, otherwise: number, least = 0): number {
    const seconds = this.time(option, otherwise, least);
    if (!Number.isInteger(seconds)) throw wrong(option, this.#input.text(option) ?? "", "whole seconds, such as 2s");
    return seconds;
  }

  share(option: string, otherwise: number): number {
    const text = this.#input.text(option);
    if (text === null) return otherwise;
    const parsed = parsePercent(text);
    if (parsed === undefined) throw wrong(option, text, "a percentage, 0% to 100%");
    return parsed / 100;
  }

  number(option: string, otherwise: number, most: number): number {
    const text = this.#input.text(option);
    if (text === null) return otherwise;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!(value >= 0 && value <= most)) throw wrong(option, text, `a number from 0 to ${most}`);
    return value;
  }

  count(option: string, otherwise: number, least: number): number {
    const text = this.#input.text(option);
    if (text === null) return otherwise;
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > 1_000_000 || !/^\d+$/.test(text))
      throw wrong(option, text, `a whole number from ${least} to 1000000`);
    return value;
  }
}

/** The simulated world that the options describe. Faults: TF_ARGUMENT. */
export function readWorld(input: Input, base: World): World {
  const read = new OptionReader(input);
  const min = read.count("min", base.min, 0);
  const max = read.count("max", Math.max(base.max, min), 1);
  if (min > max) throw wrong("min", `${min}`, `no more than --max, ${max}`);
  const mean = read.time("service", base.service.mean, 0.0001);
  const limit = read.time("slo", base.slo.limit, 0.001);
  if (limit <= mean * Math.log(1 / base.slo.late) && base !== WORKER_WORLD)
    throw wrong(
      "slo",
      input.text("slo") ?? `${limit * 1000}ms`,
      `longer than ${Math.ceil(mean * 3000)}ms: a request that takes ${mean * 1000}ms on average takes that long once in twenty times without any wait`,
    );
  const balancing = input.text("balance") ?? base.balancing;
  if (!BALANCINGS.includes(balancing as Balancing)) throw wrong("balance", balancing, BALANCINGS.join(", "));
  const queue = input.text("queue") ?? base.queue;
  if (queue !== "instance" && queue !== "balancer") throw wrong("queue", queue, "instance or balancer");
  const limiter = read.time("queue-limit", base.limiter ?? 0);
  return {
    ...base,
    min,
    max,
    seed: read.count("seed", base.seed, 0),
    service: { mean, variation: read.number("variation", base.service.variation, 10) },
    slots: read.count("slots", base.slots, 1),
    slo: { ...base.slo, limit },
    boot: { ...base.boot, mean: read.time("boot", base.boot.mean), failure: read.share("boot-failure", 0) },
    crash: input.text("crash") === null ? base.crash : read.time("crash", 0, 1),
    warm: { ...base.warm, seconds: read.whole("warm-up", base.warm.seconds) },
    drain: read.time("drain", base.drain),
    metrics: {
      interval: read.whole("interval", base.metrics.interval, 1),
      delay: read.whole("delay", base.metrics.delay),
      loss: read.share("loss", 0),
    },
    balancing: balancing as Balancing,
    queue,
    limiter: limiter === 0 ? null : limiter,
    retry: read.share("retry", 0),
    ceiling: input.text("ceiling") === null ? null : read.count("ceiling", 1, 1),
    deploys: readTimes(input.text("deploy-at")),
    billing: read.whole("billing", base.billing, 1),
  };
}

function readTimes(text: string | null): number[] {
  if (text === null) return [];
  const times = text.split(",").map((part) => parseExactDuration(part.trim()));
  const seconds = times.map((time) => {
    if (time === undefined) throw wrong("deploy-at", text, "durations with commas between, such as 6h,30h");
    if (time % 1000 !== 0) throw wrong("deploy-at", text, "whole seconds, such as 90s,6h");
    return time / 1000;
  });
  return [...new Set(seconds)].sort((a, b) => a - b);
}

/** The policies that were asked for; all when none was. Faults: TF_ARGUMENT. */
export function readPolicies(text: string | null, workers: boolean): PolicyChoice[] {
  const names = Object.keys(workers ? WORKER_POLICIES : WEB_POLICIES);
  if (text === null) return names.map((name) => ({ kind: "named", name }));
  if (/[<>=]/.test(text)) {
    const name = text
      .split(/[,;]/)
      .map((part) => part.trim())
      .find((part) => names.includes(part));
    if (name === undefined) return [readRules(text, workers ? "workers" : "web")];
    throw new Fault("TF_ARGUMENT", `--policy takes names or rules, not both: ${name} is a name`, {
      hint: "simulate once with the names and once with the rules",
    });
  }
  return text.split(",").map((part) => {
    const name = part.trim();
    if (names.includes(name)) return { kind: "named", name };
    const near = nearest(name, names);
    throw new Fault(
      "TF_ARGUMENT",
      `there is no policy ${JSON.stringify(name)}${near === undefined ? "" : `; did you mean ${near}?`}`,
      { hint: `there are ${names.join(", ")}; or write rules, such as '${EXAMPLES[workers ? "workers" : "web"]}'` },
    );
  });
}

/** Rules of both tiers, to be copied. */
const EXAMPLES = {
  web: "cpu > 70% for 5m; cpu < 30% for 15m",
  workers: "queue > 100: +2; age > 30s; queue < 10",
} as const;

/** What a fleet file would refuse is refused. */
function readRules(text: string, tier: keyof typeof EXAMPLES): PolicyChoice {
  const parsed = text
    .split(";")
    .filter((part) => part.trim() !== "")
    .map(parseRule);
  const rules = parsed.flatMap((result) => (result.ok ? [result.value] : []));
  const wrongs = parsed.flatMap((result) => (result.ok ? [] : result.problems.map(({ message }) => message)));
  const idle = rules.flatMap((rule) => {
    const why = unmeasured(rule.metric, tier);
    return why === undefined ? [] : [`${formatRule(rule)}; ${why}`];
  });
  const what = wrongs.length > 0 ? "that are not understood" : "that would never apply";
  if (wrongs.length + idle.length > 0)
    throw new Fault("TF_ARGUMENT", `--policy holds rules ${what}`, {
      lines: [...wrongs, ...idle],
      hint: `write for example '${EXAMPLES[tier]}'`,
    });
  return { kind: "rules", name: text.trim(), rules };
}
