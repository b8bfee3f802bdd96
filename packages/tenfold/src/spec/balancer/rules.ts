import type { Rule } from "../rule.ts";
import { formatRate } from "./rate.ts";

const MINUTE = 60_000;

/** nginx counts in whole requests a minute; HAProxy counts in any window. */
export const nginxCanCount: Rule = ({ balancer: { engine, rateLimit } }) => {
  if (engine !== "nginx" || rateLimit === false || rateLimit.requests * MINUTE >= rateLimit.per) return [];
  const message = `is ${formatRate(rateLimit)}, and nginx limits to no less than 1/min; allow more, or make balancer.engine haproxy`;
  return [{ path: ["balancer", "rateLimit"], message, others: [["balancer", "engine"]] }];
};
