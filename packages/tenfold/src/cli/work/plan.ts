import type { Present } from "../../capacity/path/present.ts";
import { planPath } from "../../capacity/path/steps.ts";
import { ASSUMED, sizeFleet } from "../../capacity/size/fleet-size.ts";
import { BUILT_IN_PRICES, type PriceTable, parsePrices } from "../../capacity/size/prices.ts";
import { rateOf, sizeWeb, usersFor } from "../../capacity/size/queue.ts";
import { sizeTiers, type Tier, tierOf } from "../../capacity/size/tiers.ts";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { formatPlan, type Goal, type Plan } from "../output/plan-report.ts";
import { readPresent } from "./plan/present.ts";
import { readPlanFile } from "./plan/read-file.ts";
import { type PlanWish, planWishFrom } from "./plan/wishes.ts";

function readPrices(context: Context, input: Input): Promise<PriceTable> {
  const name = input.text("prices");
  if (name === null) return Promise.resolve(BUILT_IN_PRICES);
  return readPlanFile(context, name, (value) => {
    const parsed = parsePrices(value);
    return parsed.ok ? { ok: true, value: parsed.table } : parsed;
  });
}

/** What was asked for, as a rate and as users. */
function loadOf({ users, rate, habits, appetite }: PlanWish): { readonly users: number; readonly rate: number } | null {
  const people = { ...habits, response: appetite.service };
  if (rate !== null) return { rate, users: users ?? Math.ceil(usersFor(rate, people)) };
  return users === null ? null : { users, rate: rateOf({ users, ...people }) };
}

function impossible({ habits, appetite }: PlanWish): Fault {
  const told = (value: number): string => `${Math.round(value * 1_000)} ms`;
  return new Fault(
    "TF_PLAN_LIMIT",
    `no number of instances keeps a p95 of ${told(habits.p95)} where a request by itself takes ${told(appetite.service)}`,
    { hint: "make requests faster (--service), or allow them more time (--p95); 1,000 instances are the most" },
  );
}

/** The size that was asked for. */
function goalFor(wish: PlanWish, prices: PriceTable): Goal | null {
  const load = loadOf(wish);
  if (load === null) return null;
  const web = sizeWeb(load.rate, wish.habits.p95, wish.appetite);
  if (web === null) throw impossible(wish);
  const { standard, name } = tierOf(load.users);
  const wanted = { ...load, web: Math.max(2, web.instances), webCores: web.load };
  return { tier: name, web, size: sizeFleet(wanted, standard, prices), machines: standard.machines };
}

/** The first tier that is larger than what there is. */
function nextTier(tiers: readonly Tier[], present: Present, p95: number): Tier | undefined {
  return tiers.find(({ size, standard }) => planPath(present, { size, p95, machines: standard.machines }).length > 0);
}

function planFor(wish: PlanWish, prices: PriceTable, present: Present | null): Plan {
  const tiers = sizeTiers(wish.habits, wish.appetite, prices);
  if (tiers.length === 0) throw impossible(wish);
  const goal = goalFor(wish, prices);
  const { p95 } = wish.habits;
  const next = present === null || goal !== null ? undefined : nextTier(tiers, present, p95);
  const wanted = goal ?? (next === undefined ? null : { size: next.size, machines: next.standard.machines });
  return {
    version: 1,
    ...{ prices, habits: wish.habits, appetite: wish.appetite, isGuess: wish.isGuess, assumed: ASSUMED },
    ...{ tiers, goal, present },
    next: next?.name ?? null,
    path: present === null || wanted === null ? null : planPath(present, { ...wanted, p95 }),
  };
}

/**
 * Plans the size of a fleet, or measures it. Gives the exit code. Faults: TF_ARGUMENT, TF_PLAN_FILE, TF_PLAN_LIMIT, and
 * those of a measurement.
 */
export async function runPlan(context: Context, input: Input): Promise<number> {
  const wish = planWishFrom(input);
  if (input.has("measure")) {
    const { runMeasure } = await import("./plan/measure.ts");
    return runMeasure(context, input, wish);
  }
  const prices = await readPrices(context, input);
  const { terminal, options, paint } = context;
  const plan = planFor(wish, prices, await readPresent(context));
  terminal.out(options.json ? `${JSON.stringify(plan)}\n` : formatPlan(plan, paint));
  return EXIT_CODES.done;
}
