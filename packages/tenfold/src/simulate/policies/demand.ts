import { decideWeb } from "../../scale/web/decide.ts";
import type { WebMemory } from "../../scale/web/memory.ts";
import type { WebPolicy } from "../../scale/web/policy.ts";
import type { Policy } from "./policy.ts";

/** The code that the engine runs, with its memory kept from look to look. */
export function byPolicy(name: string, policy: WebPolicy): Policy {
  let memory: WebMemory | null = null;
  return {
    name,
    decide: ({ sample, counts, deploying, now }) => {
      const outcome = decideWeb(policy, { sample, counts, deploying }, memory, now);
      memory = outcome.memory;
      return outcome.decision.target;
    },
  };
}
