import type { AlertName } from "../../../spec/monitoring/alert-rules.ts";
import type { Spec } from "../../../spec/spec.ts";

/** What makes an alert, by name; texts are templates of Prometheus. */
export interface Trigger {
  readonly name: AlertName;
  /** Whether the fleet has what it looks at. */
  readonly concerns: (spec: Spec) => boolean;
  /** In PromQL. */
  readonly holds: (above: number) => string;
  /** One line, which names who it is about. */
  readonly summary: string;
  /** What that means, with the figure. */
  readonly description: string;
  /** What to do, as a command where there is one. */
  readonly action: string;
}

/** A figure that is kept under a name of its own, because rules compare with its past. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
}

export function always(): boolean {
  return true;
}
