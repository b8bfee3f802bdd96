import type { Busy, Knee } from "../../../capacity/measurement.ts";
import { RUN_IN } from "../../../capacity/search/pace.ts";
import { type Limit, planSearch, type SearchOptions, type Tried } from "../../../capacity/search/search.ts";
import { judgeTrial, type Objective, type Trial, type Verdict } from "../../../capacity/search/trial.ts";
import { Fault } from "../../../fault/fault.ts";
import type { BenchRun } from "./bench.ts";

/** What a search needs to know, and whom it tells. */
export interface KneeSearch {
  readonly instances: number;
  readonly objective: Objective;
  readonly search: SearchOptions;
  /** Seconds. */
  readonly step: number;
  readonly confirm: number;
  /** Tries a rate, after seconds at that rate that do not count, and says what was busy meanwhile. */
  readonly run: (
    rate: number,
    seconds: number,
    runIn: number,
  ) => Promise<{ readonly result: BenchRun; readonly busy: Busy }>;
  /** Waits until what an overload has left behind is gone. */
  readonly settle: () => Promise<void>;
  readonly onTrial: (trial: Trial, verdict: Verdict, isLong: boolean) => void;
}

/** Searches the highest rate that keeps to the limits. Fault: TF_MEASURE when none does. */
export async function findKnee(search: KneeSearch): Promise<Knee> {
  const tried: Tried[] = [];
  const held = new Map<number, { readonly trial: Trial; readonly busy: Busy }>();
  let failed = false;
  for (;;) {
    const next = planSearch(tried, search.search);
    if (next.kind === "none")
      throw new Fault("TF_MEASURE", `even at ${search.search.least} requests a second, ${next.why}`, {
        hint: failed
          ? "tenfold logs web shows why requests fail, and tenfold doctor --load what the fleet lacks"
          : "allow more time (--p95), ask for something else (--path, --scenario), or look with tenfold doctor --load",
      });
    if (next.kind === "found") return kneeFrom(search.instances, next, tried, held);
    const { step, confirm } = search;
    const { result, busy } = await (next.isLong
      ? search.run(next.rate, confirm, confirm * RUN_IN)
      : search.run(next.rate, step, 0));
    const verdict = judgeTrial(result.trial, search.objective);
    tried.push({ ...next, verdict });
    if (next.isLong && verdict.kind === "passed") held.set(next.rate, { trial: result.trial, busy });
    failed = result.trial.errorRate > search.objective.errors;
    search.onTrial(result.trial, verdict, next.isLong);
    if (verdict.kind !== "passed") await search.settle();
  }
}

function kneeFrom(
  instances: number,
  { rate, limit }: { readonly rate: number; readonly limit: Limit },
  tried: readonly Tried[],
  held: ReadonlyMap<number, { readonly trial: Trial; readonly busy: Busy }>,
): Knee {
  const run = held.get(rate);
  if (run === undefined) throw new Error(`a search found ${rate} without a run that held it`);
  const above = tried
    .filter((one) => one.rate > rate && one.verdict.kind !== "passed")
    .toSorted((a, b) => a.rate - b.rate || Number(b.isLong) - Number(a.isLong))[0];
  const why = above === undefined || above.verdict.kind === "passed" ? "" : above.verdict.why;
  return { instances, rate: run.trial.answered, limit, why, p95: run.trial.p95, busy: run.busy };
}
