import { Fault } from "../../fault/fault.ts";
import type { Target } from "../../targets/target.ts";
import type { Drill, Order } from "../catalogue/drill.ts";
import type { Evidence } from "../report/evidence.ts";
import { buildResult, type DrillResult } from "../report/result.ts";
import { pause } from "../work/clock.ts";
import { makeTables } from "../work/tables.ts";
import { FleetWatch } from "./fleet-watch.ts";
import { gatherEvidence } from "./gather.ts";
import { type LoadPlan, Loads } from "./loads.ts";
import { Performance } from "./perform.ts";
import { ReplicationLook } from "./replication.ts";

/** How long things take, in milliseconds. */
export interface Times {
  /** Load before the first act, and after all is well again. */
  readonly before: number;
  readonly after: number;
  /** Until a fleet that does not become whole is helped, and as long again until it is given up. */
  readonly patience: number;
}

export const TIMES: Times = { before: 2_000, after: 2_000, patience: 30_000 };

export interface DrillParts {
  readonly target: Pick<Target, "ps" | "events" | "breaker">;
  readonly order: (order: Order, signal: AbortSignal) => Promise<void>;
  readonly plan: LoadPlan;
  /** Where to ask for replication; `null` without replicas of the fleet's own. */
  readonly directUrl: string | null;
  readonly random: () => number;
  readonly times: Times;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
}

/** A drill's result, and what it was made of. */
export interface Drilled {
  readonly result: DrillResult;
  readonly evidence: Evidence;
}

/** Puts load on a healthy fleet, does what the drill says, and finds out what became of it. Fault: TF_UNHEALTHY, TF_DRILL_DATABASE. */
export async function runDrill(drill: Drill, parts: DrillParts): Promise<Drilled> {
  const { target, plan, signal, times, tell } = parts;
  const before = await target.ps();
  const bad = before.members.find(({ state }) => state !== "ready");
  if (before.state !== "healthy" || bad !== undefined)
    throw new Fault(
      "TF_UNHEALTHY",
      `the fleet is not healthy before the drill${bad === undefined ? "" : `: ${bad.name} is ${bad.state}`}`,
      {
        hint: "a drill tells nothing about a fleet that is ill already: tenfold health",
      },
    );
  if (plan.postgres !== null) await makeTables(plan.postgres.url);
  const replicas = before.members.filter(({ kind, role }) => kind === "postgres" && role === "replica").length;
  const replication = parts.directUrl === null ? null : new ReplicationLook(parts.directUrl, replicas);
  const watch = new FleetWatch(target);
  const loads = new Loads(plan);
  const performance = new Performance(before, {
    ...parts,
    patience: times.patience,
    watch,
    amiss: async () => loads.unanswered() ?? (await replication?.lack()) ?? null,
  });
  try {
    await loads.whenRunning(signal);
    await pause(times.before, signal);
    await performance.perform(drill.acts);
    await pause(times.after, signal);
    tell("reading what is there");
    await loads.stop();
    signal.throwIfAborted();
    const evidence = await gatherEvidence(loads);
    const { strokes, failures, faultAt, wholeAt } = performance;
    const noticedAt = watch.noticedAt.bind(watch);
    const course = { drill, url: plan.url, strokes, failures, faultAt, wholeAt, marks: watch.marks, noticedAt };
    return { result: buildResult(course, evidence), evidence };
  } finally {
    target.breaker.thaw();
    await Promise.allSettled([loads.stop(), watch.stop()]);
    loads.close();
    replication?.close();
  }
}
