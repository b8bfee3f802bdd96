import type { StepOutcome } from "@tenfold/protocol";
import { Fault } from "../fault/fault.ts";
import type { PlannedStep, Step } from "../fleet/step.ts";

/** How the steps of a plan ended. */
export interface Execution {
  /** What went wrong, in the order in which it did; empty when everything is done. */
  readonly failures: readonly { readonly step: PlannedStep; readonly error: unknown }[];
}

export interface ExecuteOptions {
  readonly perform: (step: Step, signal: AbortSignal) => Promise<void>;
  readonly tell: (step: PlannedStep, outcome: StepOutcome, error: unknown) => void;
  /** Once aborted, no further step starts, but those that leave the fleet tidy. */
  readonly signal: AbortSignal;
}

/**
 * Runs every step as soon as those before it have succeeded, many at once. A step whose predecessors failed is skipped,
 * unless it is to run always; steps that do not depend on a failure go on.
 */
export async function execute(plan: readonly PlannedStep[], options: ExecuteOptions): Promise<Execution> {
  const failures: { step: PlannedStep; error: unknown }[] = [];
  const ends = new Map<string, Promise<boolean>>();
  const tidy = new AbortController();
  const run = async (step: PlannedStep): Promise<boolean> => {
    const before = await Promise.all(step.after.map((id) => ends.get(id)));
    const isMet = !before.includes(false) && (await anyOf(step.any.map((id) => ends.get(id))));
    if (!step.always && (options.signal.aborted || !isMet)) {
      options.tell(step, "skipped", undefined);
      return false;
    }
    options.tell(step, "started", undefined);
    try {
      await options.perform(step.step, step.always ? tidy.signal : options.signal);
      options.tell(step, "done", undefined);
      return true;
    } catch (error) {
      options.tell(step, "failed", error);
      failures.push({ step, error });
      return false;
    }
  };
  // A plan's order lets every step find the ends of those before it.
  for (const step of plan) ends.set(step.id, run(step));
  await Promise.all(ends.values());
  if (options.signal.aborted && !failures.some(({ error }) => error instanceof Fault)) options.signal.throwIfAborted();
  return { failures };
}

/** Resolves at the first success, or when all have failed; nothing to wait for is success. */
async function anyOf(ends: readonly (Promise<boolean> | undefined)[]): Promise<boolean> {
  if (ends.length === 0) return true;
  return Promise.any(
    ends.map(async (end) => ((await end) === false ? Promise.reject(new Error("failed")) : true)),
  ).catch(() => false);
}
