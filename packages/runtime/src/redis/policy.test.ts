import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPolicy } from "./policy.ts";

const info = (maxmemory: number, policy: string) =>
  `# Memory\r\nused_memory:1\r\nmaxmemory:${maxmemory}\r\nmaxmemory_policy:${policy}\r\n`;

test("a durable Redis that may evict is refused, with what to do", () => {
  const fault = checkPolicy("durable", info(1_000, "volatile-lru"));
  assert.equal(fault?.code, "TF_RT_REDIS_POLICY");
  assert.match(fault.message, /volatile-lru/);
});

test("noeviction, no memory limit, an answer without the field, and a cache pass", () => {
  assert.equal(checkPolicy("durable", info(1_000, "noeviction")), null);
  assert.equal(checkPolicy("durable", info(0, "allkeys-lru")), null);
  assert.equal(checkPolicy("durable", "# Memory"), null);
  assert.equal(checkPolicy("cache", info(1_000, "allkeys-lfu")), null);
});
