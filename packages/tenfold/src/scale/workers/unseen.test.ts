import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRule } from "../../spec/scaling/parse-rule.ts";
import { explain } from "../explain.ts";
import type { WorkerMemory } from "./memory.ts";
import { NOTHING, POLICY, type Run, run } from "./run.fixture.ts";

const MINUTE = 60;
const idle: Run["look"] = () => ({ sample: NOTHING });
const blind: Run["look"] = () => ({ sample: null });
const job: Run["look"] = () => ({ sample: { ...NOTHING, inFlight: 1 }, busy: 1 });

/** Decisions of one time after another; each goes on with what was known after the one before. */
function after(...times: readonly (Pick<Run, "seconds" | "look"> & { readonly policy?: Run["policy"] })[]) {
  let [start, from] = [0, 2];
  let memory: WorkerMemory | null = null;
  const all = times.map((time) => {
    const { policy = POLICY, ...rest } = time;
    const ran = run({ policy, ...rest, from, start, memory });
    start += time.seconds;
    ({ memory } = ran);
    from = ran.last.target;
    return ran;
  });
  return all.at(-1) ?? assert.fail();
}

const byHand = { ...POLICY, override: { count: 2, until: null } };

test("a time in which nobody could look does not count as one with nothing to do", () => {
  const { last } = after({ seconds: 30, look: idle }, { seconds: 900, look: blind }, { seconds: 5, look: idle });
  assert.equal(last.target, 2);
  assert.doesNotMatch(explain(last), /nothing queued/);
});

test("nor does one in which the fleet was down", () => {
  const before = run({ from: 2, seconds: 30, look: idle });
  const { last } = run({ from: 2, memory: before.memory, start: 36_000, seconds: 5, look: idle });
  assert.equal(last.target, 2);
});

test("a look that is missing now and then does not keep workers from stopping", () => {
  const look: Run["look"] = (second) => (second % 40 === 0 ? blind : idle)(second, 2);
  assert.equal(after({ seconds: 900, look }).last.target, 0);
});

test("jobs that ran while a number was set by hand count as work", () => {
  const { decisions } = after(
    { seconds: 240, look: idle },
    { policy: byHand, seconds: 90, look: (second) => (second < 300 ? job : idle)(second, 2) },
    { seconds: 5 * MINUTE, look: idle },
  );
  const [first] = decisions;
  assert.equal(first?.target, 2);
  const stopped = decisions.find(({ target }) => target === 0) ?? assert.fail();
  assert.equal(explain(stopped), "2 → 0: nothing queued or in flight for 5m");
});

test("what is idle while a number is set by hand is idle", () => {
  const { last } = after(
    { seconds: 30, look: idle },
    { policy: byHand, seconds: 600, look: idle },
    { seconds: 5, look: idle },
  );
  assert.match(explain(last), /^2 → 0: nothing queued or in flight for 10m/);
});

test("jobs that came and were done between two looks are something to do", () => {
  const done: Run["look"] = () => ({ sample: { ...NOTHING, work: { busySeconds: 0.2, jobs: 2 } } });
  const { last } = after({ seconds: 290, look: idle }, { seconds: 5, look: done }, { seconds: 60, look: idle });
  assert.equal(last.target, 2);
});

test("when a number set by hand ends, what came meanwhile is known, and what came before is not", () => {
  const busy: Run["look"] = () => ({ sample: { ...NOTHING, arrivals: 5, queued: 3, inFlight: 2 }, busy: 2 });
  const quiet = after(
    { seconds: 900, look: busy },
    { policy: { ...byHand, override: { count: 0, until: null } }, seconds: 780, look: idle },
    { seconds: 5, look: () => ({ sample: { ...NOTHING, queued: 2, oldest: 1000 } }) },
  );
  assert.equal(quiet.last.target, 1);
  const load = after(
    { seconds: 60, look: idle },
    { policy: byHand, seconds: 900, look: busy },
    { seconds: 5, look: busy },
  );
  assert.ok(load.last.target >= 9, `${load.last.target}`);
});

test("nor is what came before known when rules have decided meanwhile, or nobody looked at the queue", () => {
  const rule = parseRule("queue > 9999: +1");
  assert.ok(rule.ok);
  const busy: Run["look"] = () => ({ sample: { ...NOTHING, arrivals: 5, queued: 3, inFlight: 2 }, busy: 2 });
  for (const policy of [
    { ...POLICY, rules: [rule.value] },
    { ...POLICY, watched: false },
  ]) {
    const { last } = after(
      { seconds: 900, look: busy },
      { policy, seconds: 780, look: idle },
      { seconds: 5, look: () => ({ sample: { ...NOTHING, queued: 2, oldest: 1000 } }) },
    );
    assert.match(explain(last), /: 0 jobs\/s/);
  }
});
