import { inspectReferences } from "../../fleet/references.ts";
import type { ReplyRule } from "./scenario.ts";

/**
 * How the answers to a message are known, where the user leaves that open: by what was sent when that tells one message
 * from another, else by their order.
 */
export function replyRuleOf(message: string | null, asked: ReplyRule | boolean | undefined): ReplyRule {
  if (message === null || asked === false) return "none";
  if (asked !== undefined && asked !== true) return asked;
  const { used } = inspectReferences(message, () => "x");
  return used.includes("uuid") || used.includes("visitor") ? "matching" : "ordered";
}
