import { FRESH_PATIENCE, type Patience } from "./patience.ts";
import { NO_RULE_MEMORY, type RuleMemory } from "./rules/evaluate.ts";

interface Changes {
  readonly patience: Patience;
  readonly rules: RuleMemory;
}

/** What was learned, for a decision that was not carried out: the number last changed when it had `before`. */
export function asUnchanged<T extends Changes>(learned: T, before: Changes | null): T {
  const { grewAt, shrankAt, caution } = before?.patience ?? FRESH_PATIENCE;
  const { changedAt, grewAt: grownAt } = before?.rules ?? NO_RULE_MEMORY;
  return {
    ...learned,
    patience: { ...learned.patience, grewAt, shrankAt, caution },
    rules: { ...learned.rules, changedAt, grewAt: grownAt ?? null },
  };
}
