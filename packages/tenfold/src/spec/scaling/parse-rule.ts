import { ok, problems, type Result } from "../../fault/result.ts";
import { type Millis, millis, parseDuration } from "../../units/millis.ts";
import { nearest } from "../../units/nearest.ts";
import { type Limit, METRICS, type Metric, type Rule, type RuleAction } from "./rule.ts";

const EXAMPLES = "cpu > 70% for 5m, queue > 100: +2, queue < 10: -1, p95 > 2x baseline, errors > 5%";
const MOST = 1000;

const SYNONYMS: Readonly<Record<string, Metric>> = {
  mem: "memory",
  ram: "memory",
  depth: "queue",
  backlog: "queue",
  latency: "p95",
  error: "errors",
  "error-rate": "errors",
  requests: "rps",
  oldest: "age",
};

const WRONG_LIMIT: Readonly<Record<(typeof METRICS)[Metric]["unit"], string>> = {
  share: "a percentage such as 70%",
  count: "a number such as 100",
  time: "a duration such as 250ms or 30s, or a multiple such as 2x baseline",
};

function wrong(message: string): Result<never> {
  return problems([{ path: "", message }]);
}

function parseLimit(metric: Metric, text: string): Limit | undefined {
  const multiple = /^(\d+(?:\.\d+)?)\s*x(?:\s+baseline)?$/i.exec(text);
  if (multiple !== null) {
    const times = Number(multiple[1]);
    return METRICS[metric].unit === "time" && times > 1 && times <= MOST ? { kind: "baseline", times } : undefined;
  }
  const value = parseValue(metric, text);
  return value === undefined ? undefined : { kind: "value", value };
}

function parseValue(metric: Metric, text: string): number | undefined {
  switch (METRICS[metric].unit) {
    case "share": {
      const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(text);
      const value = Number(share?.[1]) / 100;
      return share !== null && value > 0 && value <= 1 ? value : undefined;
    }
    case "time": {
      const value = /[a-z]/i.test(text) ? parseDuration(text) : undefined;
      return value !== undefined && value > 0 ? value : undefined;
    }
    case "count":
      return /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : undefined;
  }
}

function parseAction(text: string): RuleAction | undefined {
  if (/^hold$/i.test(text)) return { kind: "hold" };
  const match = /^([+-])\s*(\d{1,4})\s*(%?)$/.exec(text);
  const amount = Number(match?.[2] ?? 0);
  if (match === null || amount === 0 || amount > MOST) return undefined;
  const signed = match[1] === "-" ? -amount : amount;
  if (match[3] === "") return { kind: "by", count: signed };
  return amount > 100 && signed < 0 ? undefined : { kind: "share", share: signed / 100 };
}

function defaultAction(metric: Metric, above: boolean): RuleAction {
  if (metric === "errors") return { kind: "hold" };
  return { kind: "by", count: above ? 1 : -1 };
}

/**
 * Reads `cpu > 70% for 5m`, `queue > 100: +2`, `queue < 10: -1`, `p95 > 2x baseline`, `errors > 5%`. Without an action,
 * above means one more, below one fewer, and errors keep the number from falling.
 */
export function parseRule(text: string): Result<Rule> {
  const shown = JSON.stringify(text.slice(0, 80));
  const match = /^\s*([a-z][a-z0-9-]*)\s*([<>]=?|=)\s*([^:]*?)(?:\s+for\s+([^:]*?))?\s*(?::\s*(.*?))?\s*$/i.exec(
    text.slice(0, 200),
  );
  if (match === null) return wrong(`${shown} is no rule; write for example ${EXAMPLES}`);
  const [, name = "", sign = "", limitText = "", lastingText, actionText] = match;
  const word = name.toLowerCase();
  const metric = word in METRICS ? (word as Metric) : SYNONYMS[word];
  if (metric === undefined) {
    const names = Object.keys(METRICS);
    const near = nearest(word, names);
    const guess = near === undefined ? "" : ` (did you mean ${near}?)`;
    return wrong(`there is no metric ${JSON.stringify(name)}${guess}; known are ${names.join(", ")}`);
  }
  if (sign === "=") return wrong(`${shown} compares with =; write > or <`);
  const above = sign.startsWith(">");
  const limit = parseLimit(metric, limitText);
  if (limit === undefined) {
    const [, bare = "", action = ""] = /^(.+?)\s+([+-]\s*\d+\s*%?|hold)$/i.exec(limitText) ?? [];
    if (parseLimit(metric, bare) !== undefined)
      return wrong(`${shown} has no colon before ${action}; write ${metric} ${sign} ${bare}: ${action}`);
    const found = limitText === "" ? "nothing" : JSON.stringify(limitText);
    return wrong(`${metric} is compared with ${found}; it must be ${WRONG_LIMIT[METRICS[metric].unit]}`);
  }
  const lasting = lastingText === undefined ? millis(0) : parseDuration(lastingText);
  if (lasting === undefined || lasting > 24 * 3_600_000)
    return wrong(`"for ${lastingText}" is no duration; write for example for 5m (at most 24h)`);
  const action = actionText === undefined ? defaultAction(metric, above) : parseAction(actionText);
  if (action === undefined)
    return wrong(`${JSON.stringify(actionText)} is no action; write for example +2, -1, +50% or hold`);
  const grows = action.kind === "by" ? action.count > 0 : action.kind === "share" && action.share > 0;
  if (!above && grows) return wrong(`${shown} adds instances when ${metric} is low; write -1, or > instead of <`);
  if (above && action.kind !== "hold" && !grows)
    return wrong(`${shown} removes instances when ${metric} is high; write +1, or < instead of >`);
  return ok({ metric, above, limit, lasting: lasting as Millis, action });
}
