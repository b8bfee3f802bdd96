import { Fault } from "../../fault/fault.ts";
import type { Target } from "../../targets/target.ts";
import type { Drill } from "../catalogue/drill.ts";
import type { DrillResult } from "../report/result.ts";
import { pause } from "../work/clock.ts";
import { removeKeys } from "./fleet-load.ts";
import { type Drilled, type DrillParts, runDrill } from "./run-drill.ts";

const LOOK_EVERY_MS = 250;

export interface SequenceParts extends Omit<DrillParts, "tell"> {
  readonly onStart: (drill: Drill, at: number) => void;
  readonly onTell: (text: string) => void;
  readonly onEnd: (drilled: Drilled) => void;
}

export interface SequenceEnd {
  readonly results: readonly DrillResult[];
  /** Why not all were run; `null` when they were. */
  readonly stoppedBy: string | null;
}

/** Waits until every member is ready; in words what is missing when that does not come in time. */
async function untilHealthy(target: Pick<Target, "ps">, withinMs: number, signal: AbortSignal): Promise<string | null> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const { state, members } = await target.ps();
    const bad = members.find((member) => member.state !== "ready");
    if (state === "healthy" && bad === undefined) return null;
    if (Date.now() > deadline || signal.aborted)
      return bad === undefined ? `the fleet is ${state}` : `${bad.name} is ${bad.state}`;
    await pause(LOOK_EVERY_MS, signal);
  }
}

/**
 * Runs drills one after the other. Ends early when a fleet does not become healthy again: what would follow would
 * measure the drill before it. Faults: those of the first drill.
 */
export async function runSequence(drills: readonly Drill[], parts: SequenceParts): Promise<SequenceEnd> {
  const results: DrillResult[] = [];
  for (const [at, drill] of drills.entries()) {
    const ill = at === 0 ? null : await untilHealthy(parts.target, parts.times.patience, parts.signal);
    if (parts.signal.aborted) return { results, stoppedBy: "it was stopped" };
    if (ill !== null) return { results, stoppedBy: `${ill}, ${drills[at - 1]?.name} has left it so` };
    parts.onStart(drill, at);
    if (parts.plan.redis !== null) await removeKeys(parts.plan.redis);
    try {
      const drilled = await runDrill(drill, { ...parts, tell: parts.onTell });
      results.push(drilled.result);
      parts.onEnd(drilled);
    } catch (error) {
      // What the drills before have found must not be lost with this one.
      if (at === 0 || !(error instanceof Fault)) throw error;
      return { results, stoppedBy: `${drill.name}: ${error.message}` };
    }
  }
  return { results, stoppedBy: null };
}
