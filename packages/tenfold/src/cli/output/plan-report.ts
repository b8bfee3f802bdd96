import type { Present } from "../../capacity/path/present.ts";
import type { PathStep } from "../../capacity/path/steps.ts";
import type { Assumptions } from "../../capacity/size/assumptions.ts";
import type { FleetSize } from "../../capacity/size/fleet-size.ts";
import type { Part } from "../../capacity/size/parts.ts";
import type { PriceTable } from "../../capacity/size/prices.ts";
import { type Appetite, MOST_INSTANCES, type WebSize } from "../../capacity/size/queue.ts";
import { type Habits, TIERS, type Tier, type TierName } from "../../capacity/size/tiers.ts";
import type { Standing } from "../../capacity/usl/answer.ts";
import { formatBytes } from "../../units/bytes.ts";
import { figure } from "../../units/figure.ts";
import { sizesTable } from "./size-table.ts";
import { harmless, type Paint } from "./style.ts";

/** The size that was asked for. */
export interface Goal {
  readonly tier: TierName;
  /** `modelled`: by Erlang C and the service time; otherwise by a measurement. */
  readonly web: WebSize & { readonly standing: Standing | "modelled" };
  readonly size: FleetSize;
  readonly machines: number;
}

/** `tenfold plan --json`. Times in seconds, sizes in bytes. */
export interface Plan {
  readonly version: 1;
  readonly prices: PriceTable;
  readonly habits: Habits;
  readonly appetite: Appetite;
  /** Whether the service time is nobody's. */
  readonly isGuess: boolean;
  /** Who says what it is: an option, a measurement, or nobody. */
  readonly serviceFrom: "said" | "measured" | "guess";
  /** Whether the instances of the goal, and the limit, are those of a measurement. */
  readonly isMeasured: boolean;
  /** Of `goal`; of `tiers`, the same but for what was measured. */
  readonly assumed: Assumptions;
  readonly tiers: readonly Tier[];
  /** `null`: neither users nor requests were named. */
  readonly goal: Goal | null;
  /** `null`: there is no project here. */
  readonly present: Present | null;
  readonly next: TierName | null;
  /** The way from the present size; `null` without a project, empty when nothing has to grow. */
  readonly path: readonly PathStep[] | null;
}

function milliseconds(seconds: number): string {
  return `${figure(seconds * 1_000)} ms`;
}

function tierHeading({ name, from, to }: Tier): string {
  return to === null ? `${name} ${from}+` : `${name} ${from}-${to}`;
}

/** Steps with what to write and to run. */
export function formatPath(path: readonly PathStep[], paint: Paint): string {
  return path
    .map(({ title, why, edits, commands }, at) => {
      const lines = [
        `${paint(`${at + 1}.`, "bold")} ${title}  ${paint(harmless(why), "dim")}`,
        ...edits.map((edit) => `     ${edit}`),
        ...commands.map((command) => `     ${paint("$", "dim")} ${paint(command, "cyan")}`),
      ];
      return `${lines.join("\n")}\n`;
    })
    .join("");
}

function basis(plan: Plan, sizes: readonly (readonly [string, FleetSize])[], paint: Paint): string {
  const { habits, appetite, serviceFrom, isMeasured, prices, tiers, goal } = plan;
  const whose = { said: "as you said", measured: "measured", guess: paint("a guess", "yellow") }[serviceFrom];
  const guess = serviceFrom === "guess" ? `${whose}; measure it with tenfold plan --measure` : whose;
  const sized = tiers.map(({ name, sizedFor }) => `${name} ${sizedFor}`).join(", ");
  const kind = prices.indicative ? paint("indicative", "yellow") : harmless(prices.name);
  return [
    `${goal === null ? `Sized for ${sized} users at the same time, each` : "A user makes"} ${figure(habits.requestsPerAction)} requests every ${figure(habits.think)} s, p95 below ${milliseconds(habits.p95)}.`,
    isMeasured
      ? `How instances scale was measured. That a request by itself takes ${milliseconds(appetite.service)} (${whose}) counts where users become requests. One instance is to spare.`
      : `A request takes ${milliseconds(appetite.service)} (${guess}), ${appetite.slots} at once in an instance. One instance is to spare.`,
    `Prices: ${kind}, as of ${prices.asOf}; yours with --prices FILE. What else is assumed: --json, "assumed".`,
  ]
    .concat(partsText(plan), goal === null ? missingText(tiers) : [], machinesText(sizes))
    .map((line) => `${line}\n`)
    .join("");
}

/** What such a size usually has of a part. */
const USUAL: readonly (readonly [Part, string, (size: FleetSize) => string])[] = [
  ["workers", "workers", ({ workers }) => `${workers} worker${workers === 1 ? "" : "s"}`],
  [
    "postgres",
    "PostgreSQL",
    ({ postgres }) => `PostgreSQL 1 + ${postgres.replicas} of ${formatBytes(postgres.memory)}`,
  ],
  ["redis", "Redis", ({ redis }) => `Redis of ${formatBytes(redis.memory)}`],
  ["cache", "a cache", ({ cache }) => `a cache of ${formatBytes(cache.memory)}`],
];

/** What is counted although nobody said so, or not counted although others have it. */
function partsText({ present, goal, assumed }: Plan): string[] {
  if (present === null) {
    const all = USUAL.map(([, name]) => name).join(", ");
    return [`There is no fleet file here: that the fleet has all of ${all} is assumed.`];
  }
  const lacking = USUAL.filter(([part]) => !assumed.parts[part]);
  if (lacking.length === 0) return [];
  const usual =
    goal === null ? "" : `; fleets of this size often have ${lacking.map(([, , of]) => of(goal.size)).join(", ")}`;
  return [`Not run by this file, and not counted: ${lacking.map(([, name]) => name).join(", ")}${usual}.`];
}

/** Tiers that are not among the columns. */
function missingText(tiers: readonly Tier[]): string[] {
  const missing = TIERS.filter(({ name }) => tiers.every((tier) => tier.name !== name));
  if (missing.length === 0) return [];
  return [`${missing.map(({ name }) => name).join(", ")}: more than ${MOST_INSTANCES} instances would be needed.`];
}

/** What machines cannot be had, and that several are a plan and not yet what Tenfold does. */
function machinesText(sizes: readonly (readonly [string, FleetSize])[]): string[] {
  const lacking = sizes.flatMap(([name, size]) => (size.lacking === null ? [] : [`${name}: ${size.lacking}.`]));
  const isSeveral = sizes.some(([, { machines }]) => machines.length > 1);
  const several =
    "Several machines are what these users would take so that one may fail. Tenfold runs on one machine today: that is the last line.";
  return [...lacking, ...(isSeveral ? [several] : [])].map(harmless);
}

function goalText({ web, size, tier }: Goal): string {
  const share = Math.round(web.utilisation * 100);
  return `${figure(size.rate)} requests a second (${size.users} users, ${tier}) need ${web.least} web instances, and one to spare (${web.standing}); ${share} % of their time is then used.\n`;
}

/** The whole plan, for a terminal. */
export function formatPlan(plan: Plan, paint: Paint): string {
  const { goal, tiers, path, present, next } = plan;
  const columns: readonly (readonly [string, FleetSize])[] =
    goal === null
      ? tiers.map((tier) => [tierHeading(tier), tier.size] as const)
      : [[`${goal.size.users} users`, goal.size]];
  const parts = [sizesTable(columns, plan.assumed), "\n", basis(plan, columns, paint)];
  if (goal !== null) parts.unshift(`${goalText(goal)}\n`);
  if (present !== null && path !== null) {
    const now = `${present.web} web instances${present.postgres === null ? "" : `, PostgreSQL 1 + ${present.postgres.replicas}`} on ${present.machine.cores} cores`;
    const to = goal === null ? `the ${next} tier` : `${goal.size.users} users`;
    parts.push(
      path.length === 0
        ? `\n${paint("✓", "green")} what there is (${now}) is enough\n`
        : `\n${paint(`From ${now} to ${to}`, "bold")}\n\n${formatPath(path, paint)}`,
    );
  }
  return parts.join("");
}
