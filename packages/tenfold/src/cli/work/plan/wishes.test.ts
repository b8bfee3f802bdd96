import assert from "node:assert/strict";
import { test } from "node:test";
import { usersFor } from "../../../capacity/size/queue.ts";
import { loadOf, type PlanWish, peopleOf, withAlone } from "./wishes.ts";

const WISH: PlanWish = {
  ...{ users: 400, rate: null, serviceFrom: "guess" },
  habits: { think: 1, requestsPerAction: 1, p95: 2 },
  appetite: { service: 0.03, slots: 1, variability: 1 },
};

test("users become requests and requests users by one formula, whatever the limit is", () => {
  const load = loadOf(WISH);
  // 400 people who think for a second and wait for 30 ms.
  assert.ok(load !== null && Math.abs(load.rate - 400 / 1.03) < 1e-9);
  assert.ok(Math.abs(usersFor(load.rate, peopleOf(WISH)) - 400) < 1e-9);
  assert.equal(loadOf({ ...WISH, users: null, rate: 388 })?.users, Math.ceil(388 * 1.03));
});

test("what a request by itself was measured to take counts instead of a guess, and not instead of what was said", () => {
  const measured = withAlone(WISH, 0.25);
  assert.deepEqual([measured.serviceFrom, measured.appetite.service], ["measured", 0.25]);
  assert.equal(loadOf(measured)?.rate, 400 / 1.25);
  assert.equal(withAlone({ ...WISH, serviceFrom: "said" }, 0.25).appetite.service, 0.03);
  assert.equal(withAlone(WISH, null), WISH);
});
