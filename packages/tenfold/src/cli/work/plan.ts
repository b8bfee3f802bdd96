import { parseMeasurement } from "../../capacity/measurement.ts";
import type { Present } from "../../capacity/path/present.ts";
import { planPath } from "../../capacity/path/steps.ts";
import { ASSUMED, type Assumptions, type Costs, withCosts } from "../../capacity/size/assumptions.ts";
import { sizeFleet } from "../../capacity/size/fleet-size.ts";
import { BUILT_IN_PRICES, type PriceTable, parsePrices } from "../../capacity/size/prices.ts";
import { keepsAlone, MOST_INSTANCES, sizeWeb } from "../../capacity/size/queue.ts";
import { sizeTiers, type Tier, tierFor } from "../../capacity/size/tiers.ts";
import { answerFor, type Curve, curveOf } from "../../capacity/usl/answer.ts";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import { seededRandom } from "../../load/arrivals/random.ts";
import { figure } from "../../units/figure.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { formatPlan, type Goal, type Plan } from "../output/plan-report.ts";
import { refuseIdle } from "./plan/idle-options.ts";
import { readPresent } from "./plan/present.ts";
import { readPlanFile } from "./plan/read-file.ts";
import { loadOf, type PlanWish, planWishFrom, withAlone } from "./plan/wishes.ts";

function readPrices(context: Context, input: Input): Promise<PriceTable> {
  const name = input.text("prices");
  if (name === null) return Promise.resolve(BUILT_IN_PRICES);
  return readPlanFile(context, name, (value) => {
    const parsed = parsePrices(value);
    return parsed.ok ? { ok: true, value: parsed.table } : parsed;
  });
}

/** Why no number of instances will do for so many requests a second; without a rate, for any tier. */
function impossible({ habits, appetite }: PlanWish, rate: number | null): Fault {
  const told = (value: number): string => `${Math.round(value * 1_000)} ms`;
  const limit = `a p95 of ${told(habits.p95)}`;
  if (!keepsAlone(habits.p95, appetite))
    return new Fault(
      "TF_PLAN_LIMIT",
      `no number of instances keeps ${limit} where a request by itself takes ${told(appetite.service)}${appetite.variability > 0 ? " on average" : ""}`,
      { hint: "make requests faster (--service) or more alike (--variability), or allow them more time (--p95)" },
    );
  return new Fault(
    "TF_PLAN_LIMIT",
    `${rate === null ? "every tier" : `${figure(rate)} requests a second`} would need more than ${MOST_INSTANCES} instances for ${limit}`,
    { hint: "requests that are faster (--service), fewer of them, or more at once in an instance (--slots)" },
  );
}

/** What an earlier measurement says of the rate, and the seconds that it was made for. */
interface Earlier {
  readonly curve: Curve;
  readonly p95: number;
  /** Of a request by itself; `null`: an older file. */
  readonly alone: number | null;
  readonly costs: Costs;
}

/** `null`: none was named. */
async function readEarlier(context: Context, input: Input, wish: PlanWish): Promise<Earlier | null> {
  const name = input.text("from");
  if (name === null) return null;
  const { p95, precision, measured, alone, costs } = await readPlanFile(context, name, parseMeasurement);
  const asked = wish.habits.p95 * 1_000;
  if (input.text("p95") !== null && Math.abs(p95 - asked) > 1)
    throw new Fault("TF_PLAN_FILE", `${name} was measured for a p95 of ${p95} ms, and not for ${asked} ms`, {
      hint: "leave --p95 away, or measure again with it",
    });
  return {
    ...{ curve: curveOf(measured, precision, seededRandom(1)), p95: p95 / 1_000, costs },
    alone: alone === null ? null : alone / 1_000,
  };
}

function measuredWeb(curve: Curve, rate: number): Goal["web"] {
  const answer = answerFor(curve, rate);
  if (!answer.known) throw new Fault("TF_PLAN_LIMIT", answer.why, { hint: "measure more sizes: --measure --sizes" });
  const { instances: least, rate: most, standing } = answer.value;
  const [one] = curve.measured.filter(({ instances }) => instances === 1);
  // The most that was seen of an instance is what its slots can: mostly of one that shares nothing.
  const each = Math.max(one?.rate ?? 0, most / least);
  return { load: rate / each, least, instances: least + 1, utilisation: rate / most / ((least + 1) / least), standing };
}

function modelledWeb(wish: PlanWish, rate: number): Goal["web"] {
  const web = sizeWeb(rate, wish.habits.p95, wish.appetite);
  if (web === null) throw impossible(wish, rate);
  return { ...web, standing: "modelled" };
}

/** The size that was asked for. */
function goalFor(wish: PlanWish, { prices, earlier, assumed }: Basis): Goal | null {
  const load = loadOf(wish);
  if (load === null) return null;
  const web = earlier === null ? modelledWeb(wish, load.rate) : measuredWeb(earlier.curve, load.rate);
  const { standard, name } = tierFor(load, wish.habits, wish.appetite.service);
  const cost = earlier?.costs.web;
  const wanted = { ...load, web: Math.max(2, web.instances), webCores: cost == null ? web.load : load.rate * cost };
  const known = earlier === null ? assumed : withCosts(assumed, earlier.costs);
  return { tier: name, web, size: sizeFleet(wanted, standard, prices, known), machines: standard.machines };
}

/** The first tier that is larger than what there is. */
function nextTier(tiers: readonly Tier[], present: Present, p95: number): Tier | undefined {
  return tiers.find(({ size }) => planPath(present, { size, p95 }).length > 0);
}

/** What a plan is made by. */
interface Basis {
  readonly prices: PriceTable;
  /** `null`: nothing was measured. */
  readonly earlier: Earlier | null;
  readonly present: Present | null;
  /** Of this project, before what was measured counts. */
  readonly assumed: Assumptions;
}

/** What the project has is no assumption. */
function assumedOf(present: Present | null): Assumptions {
  return present === null ? ASSUMED : { ...ASSUMED, parts: present.parts, jobsAtOnce: present.jobsAtOnce };
}

function planFor(wish: PlanWish, basis: Basis): Plan {
  const { prices, earlier, present, assumed } = basis;
  const tiers = sizeTiers(wish.habits, wish.appetite, { prices, assumed });
  const goal = goalFor(wish, basis);
  if (tiers.length === 0 && goal === null) throw impossible(wish, null);
  const { p95 } = wish.habits;
  const next = present === null || goal !== null ? undefined : nextTier(tiers, present, p95);
  const wanted = goal ?? next ?? null;
  return {
    version: 1,
    ...{ prices, habits: wish.habits, appetite: wish.appetite, serviceFrom: wish.serviceFrom },
    assumed: earlier === null ? assumed : withCosts(assumed, earlier.costs),
    isGuess: wish.serviceFrom === "guess",
    isMeasured: earlier !== null,
    ...{ tiers, goal, present },
    next: next?.name ?? null,
    path: present === null || wanted === null ? null : planPath(present, { size: wanted.size, p95 }),
  };
}

/**
 * Plans the size of a fleet, or measures it. Gives the exit code. Faults: TF_ARGUMENT, TF_PLAN_FILE, TF_PLAN_LIMIT, and
 * those of a measurement.
 */
export async function runPlan(context: Context, input: Input): Promise<number> {
  refuseIdle(input);
  const wish = planWishFrom(input);
  if (input.has("measure")) {
    const { runMeasure } = await import("./plan/measure.ts");
    return runMeasure(context, input, wish);
  }
  const prices = await readPrices(context, input);
  const earlier = await readEarlier(context, input, wish);
  const { terminal, options, paint } = context;
  const wanted =
    earlier === null ? wish : { ...withAlone(wish, earlier.alone), habits: { ...wish.habits, p95: earlier.p95 } };
  const present = await readPresent(context);
  const plan = planFor(wanted, { prices, earlier, present, assumed: assumedOf(present) });
  terminal.out(options.json ? `${JSON.stringify(plan)}\n` : formatPlan(plan, paint));
  return EXIT_CODES.done;
}
