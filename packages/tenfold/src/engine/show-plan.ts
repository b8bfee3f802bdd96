import { describeStep, type PlannedStep } from "../fleet/step.ts";
import type { RequestContext } from "./request.ts";

/** Tells of the steps that would be taken. */
export function showPlan(context: Pick<RequestContext, "show">, plan: readonly PlannedStep[]): void {
  context.show(plan.map(({ step }) => describeStep(step)));
}
