import type { Rule } from "../rule.ts";

const FEWEST_SENTINELS = 3;

/** A failover needs a majority of the Sentinels: an even number tolerates no more failures than one less. */
export const sentinelsDecide: Rule = ({ redis }) => {
  if (redis === false || redis.kind !== "local") return [];
  const { replicas, sentinels } = redis;
  const found = (message: string) => [
    { path: ["redis", "sentinels"], message: `is ${sentinels}${message}`, others: [["redis", "replicas"]] },
  ];
  if (replicas === 0)
    return sentinels === 0
      ? []
      : found(", but there is no replica to fail over to; make redis.replicas 1 or more, or this 0");
  if (sentinels % 2 === 1 && sentinels >= FEWEST_SENTINELS) return [];
  const right = sentinels < FEWEST_SENTINELS ? `${FEWEST_SENTINELS}` : `${sentinels - 1} or ${sentinels + 1}`;
  return found(
    `; it must be an odd number of at least ${FEWEST_SENTINELS}, so that a majority can decide: make it ${right}`,
  );
};

export const cacheIsOne: Rule = ({ redis, cache }) =>
  redis !== false && redis.kind === "managed" && redis.cacheUrl !== null && cache !== false
    ? [
        {
          path: ["cache"],
          message: "is a second cache beside redis.cacheUrl; keep the one or the other",
          others: [["redis", "cacheUrl"]],
        },
      ]
    : [];
