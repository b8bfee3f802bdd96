import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../explain.ts";
import { NOTHING, run } from "./run.fixture.ts";

test("a worker is there when a job is due that was put in for later, and not long before", () => {
  const due = (second: number): number => (600 - second) * 1000;
  const { decisions } = run({
    from: 0,
    seconds: 600,
    look: (second) => ({ sample: { ...NOTHING, due: due(second) } }),
  });
  const first = decisions.findIndex(({ target }) => target > 0) * 5;
  assert.ok(first >= 560 && first <= 585, `started after ${first} s`);
});

test("a job that is overdue starts a worker, for nobody else looks for it", () => {
  assert.equal(run({ from: 0, seconds: 5, look: () => ({ sample: { ...NOTHING, due: -3_000 } }) }).last.target, 1);
});

test("the last worker stays for a job that is soon due, and goes when the next one is far off", () => {
  const stays = run({ from: 1, seconds: 1_200, look: () => ({ sample: { ...NOTHING, due: 200_000 } }) });
  assert.equal(stays.last.target, 1);
  assert.match(explain(stays.last), /next due in 3m20s: needs 0/);
  const goes = run({ from: 1, seconds: 305, look: () => ({ sample: { ...NOTHING, due: 3_600_000 } }) });
  assert.equal(goes.last.target, 0);
});
