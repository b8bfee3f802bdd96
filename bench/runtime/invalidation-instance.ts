// One of the instances of invalidation.ts: notes when it is told of a change.
import { openCache } from "../../packages/runtime/src/cache/index.ts";
import { openContext } from "../../packages/runtime/src/context/index.ts";

const PREFIX = "cache:e:";
const told: Record<string, number> = {};
const context = openContext({ warn: () => {} });
const cache = openCache(context);
await cache.get("warm");
context.redis("cache").track("cache:", (key) => {
  if (key?.startsWith(PREFIX)) told[key.slice(PREFIX.length)] = Number(process.hrtime.bigint()) / 1_000;
});
process.on("message", () => process.send?.(told));
process.on("disconnect", () => process.exit());
process.send?.("ready");
