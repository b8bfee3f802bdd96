import type { Finding, Path } from "./path.ts";
import type { Spec } from "./spec.ts";

/** What a rule found; `others` are further places that it read, so that a wrong one of them silences the rule. */
export interface RuleFinding extends Finding {
  readonly others?: readonly Path[];
}

/** Looks at several fields together. Sees defaults like written values. */
export type Rule = (spec: Spec) => readonly RuleFinding[];
