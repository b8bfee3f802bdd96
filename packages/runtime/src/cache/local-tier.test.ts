import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalTier } from "./local-tier.ts";

const entry = (value: unknown, ...tags: string[]) => ({ value, freshUntil: 1, keptUntil: 1, tags });

test("a mark ends what has the tag now, and nothing that gets it later", () => {
  const tier = new LocalTier({ maxEntries: 10, maxBytes: 1_000 }, () => {});
  tier.set("a", entry(1, "x", "y"), 1);
  tier.set("b", entry(2, "y"), 1);
  tier.set("c", entry(3), 1);
  tier.mark("x");
  assert.equal(tier.get("a"), undefined);
  assert.equal(tier.get("b")?.value, 2);
  tier.set("a", entry(4, "x"), 1);
  assert.equal(tier.get("a")?.value, 4);
  tier.mark("y");
  assert.equal(tier.get("b"), undefined);
  assert.equal(tier.get("c")?.value, 3);
});

test("entries are bounded by number and by bytes, the least used go, and evictions are told", () => {
  let evicted = 0;
  const tier = new LocalTier({ maxEntries: 2, maxBytes: 100 }, () => {
    evicted += 1;
  });
  tier.set("a", entry(1, "x"), 10);
  tier.set("b", entry(2, "x"), 10);
  tier.get("a");
  tier.set("c", entry(3), 10);
  assert.deepEqual([tier.get("a")?.value, tier.get("b"), tier.get("c")?.value, evicted], [1, undefined, 3, 1]);
  tier.set("d", entry(4), 95);
  assert.equal(tier.size, 1);
  assert.ok(tier.bytes <= 100);
  tier.set("huge", entry(5, "x"), 1_000);
  assert.equal(tier.get("huge"), undefined);
});
