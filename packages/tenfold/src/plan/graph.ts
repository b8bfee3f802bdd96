import { type PlannedStep, type Step, subjectOf } from "../fleet/step.ts";

/** Names a step within a plan: `start web-1`, and `start web-1 #2` when it occurs again. */
function idOf(step: Step): string {
  return `${step.kind} ${subjectOf(step)}`;
}

export interface StepOptions {
  readonly always?: boolean;
  readonly any?: readonly string[];
}

/** Collects steps with what must come before them. */
export class Graph {
  readonly #steps: PlannedStep[] = [];
  readonly #ids = new Set<string>();

  /** Adds a step and gives its id. Ids in `after` and `any` that the plan does not hold are already so. */
  add(step: Step, after: readonly string[], { always = false, any = [] }: StepOptions = {}): string {
    const base = idOf(step);
    let id = base;
    for (let again = 2; this.#ids.has(id); again += 1) id = `${base} #${again}`;
    this.#ids.add(id);
    this.#steps.push({ id, step, after: [...new Set(after)], any, always });
    return id;
  }

  /** Adds steps of which each follows the one before; gives the last id. */
  chain(steps: readonly Step[], after: readonly string[], always = false): string {
    let before = after;
    let last = after[0] ?? "";
    for (const step of steps) {
      last = this.add(step, before, { always });
      before = [last];
    }
    return last;
  }

  /** The plan, in an order in which it could be run one by one; edges to steps that it does not hold are dropped. */
  finish(): PlannedStep[] {
    const known = (ids: readonly string[]): string[] => ids.filter((id) => this.#ids.has(id));
    const rest = this.#steps.map((step) => ({ ...step, after: known(step.after), any: known(step.any) }));
    const ordered: PlannedStep[] = [];
    const done = new Set<string>();
    while (rest.length > 0) {
      const next = rest.findIndex(({ after, any }) => [...after, ...any].every((id) => done.has(id)));
      const [step] = rest.splice(Math.max(0, next), 1);
      if (next < 0 || step === undefined)
        throw new Error(`steps wait for each other: ${rest.map(({ id }) => id).join(", ")}`);
      done.add(step.id);
      ordered.push(step);
    }
    return ordered;
  }
}
