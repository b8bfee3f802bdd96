import assert from "node:assert/strict";
import { test } from "node:test";
import { ceilingByUse, connectionCeiling } from "./connections.ts";

test("what one instance opens says how many the connections suffice for", () => {
  assert.equal(connectionCeiling(100, 20), 4);
  assert.equal(connectionCeiling(10, 20), 0);
});

test("what is open now says how many more there is room for", () => {
  const users = { wanted: 2, ready: 2, others: 0 };
  // 10 each, 90 may be used: 7 more.
  assert.equal(ceilingByUse([{ allowed: 100, used: 20 }], users), 9);
  // The scarcer of the two decides.
  assert.equal(
    ceilingByUse(
      [
        { allowed: 2000, used: 20 },
        { allowed: 100, used: 60 },
      ],
      users,
    ),
    3,
  );
  assert.equal(ceilingByUse([{ allowed: 100, used: 0 }], users), null);
  assert.equal(ceilingByUse([{ allowed: 100, used: 20 }], { ...users, ready: 0 }), null);
});

test("full connections stop growth, and never take an instance away", () => {
  const full = [{ allowed: 100, used: 99 }];
  assert.equal(ceilingByUse(full, { wanted: 4, ready: 4, others: 1 }), 4);
  assert.equal(ceilingByUse(full, { wanted: 5, ready: 4, others: 1 }), 5);
});

test("workers that have most of the connections slow growth down, and do not stop it", () => {
  // Four workers have 12 each, a web instance 1.
  const grow = (web: number): number | null =>
    ceilingByUse([{ allowed: 100, used: 48 + web }], { wanted: web, ready: web, others: 4 });
  let web = 2;
  for (let look = 0; look < 100; look += 1) web = Math.min(40, grow(web) ?? 0);
  assert.ok(web > 30, `${web}`);
});
