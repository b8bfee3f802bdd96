import assert from "node:assert/strict";
import { test } from "node:test";
import { type Next, planSearch, type SearchOptions, type Tried } from "./search.ts";
import { isTrending, judgeTrial, type Trial, type Verdict } from "./trial.ts";

const OPTIONS: SearchOptions = { start: 8, least: 0.5, most: 20_000, precision: 1.05 };
const PASSED: Verdict = { kind: "passed" };
const FAILED: Verdict = { kind: "failed", why: "p95" };

/** Searches a server that does so much in a short run, and so much in a long one. */
function search(verdict: (rate: number, isLong: boolean) => Verdict, options = OPTIONS): { end: Next; tried: Tried[] } {
  const tried: Tried[] = [];
  for (let step = 0; step < 100; step += 1) {
    const next = planSearch(tried, options);
    if (next.kind !== "try") return { end: next, tried };
    tried.push({ rate: next.rate, isLong: next.isLong, verdict: verdict(next.rate, next.isLong) });
  }
  throw new Error(`the search does not end: ${JSON.stringify(tried.slice(-3))}`);
}

test("the knee is found within the precision, wherever it is, and in few steps", () => {
  for (let knee = 0.6; knee < 20_000; knee *= 1.37) {
    const { end, tried } = search((rate) => (rate <= knee ? PASSED : FAILED));
    assert.equal(end.kind, "found", `${knee}`);
    if (end.kind !== "found") continue;
    assert.ok(end.rate <= knee && end.rate * OPTIONS.precision >= knee, `${end.rate} for ${knee}`);
    assert.ok(tried.length < 24, `${tried.length} steps for ${knee}`);
    const long = tried.filter(({ isLong }) => isLong);
    assert.deepEqual(
      long.map(({ verdict }) => verdict.kind),
      ["passed", "failed"],
    );
    assert.equal(long[0]?.rate, end.rate);
  }
});

test("a long run that fails counts more than short ones that passed", () => {
  const { end } = search((rate, isLong) => (rate <= (isLong ? 70 : 100) ? PASSED : FAILED));
  assert.ok(end.kind === "found" && end.rate <= 70 && end.rate > 60, JSON.stringify(end));
});

test("a short run that failed by chance does not end the search below the knee", () => {
  let unlucky = true;
  const { end } = search((rate) => {
    if (rate === 32 && unlucky) {
      unlucky = false;
      return FAILED;
    }
    return rate <= 100 ? PASSED : FAILED;
  });
  assert.ok(end.kind === "found" && end.rate > 90, JSON.stringify(end));
});

test("what the generator could not send is no limit of the application", () => {
  const { end } = search((rate) => (rate <= 300 ? PASSED : { kind: "unsound", why: "late" }));
  assert.ok(end.kind === "found" && end.limit === "generator", JSON.stringify(end));
});

test("one run in which the generator was in the way is done again", () => {
  let disturbed = false;
  const { end } = search((rate) => {
    if (rate >= 64 && !disturbed) {
      disturbed = true;
      return { kind: "unsound", why: "late" };
    }
    return rate <= 100 ? PASSED : FAILED;
  });
  assert.ok(end.kind === "found" && end.rate > 90 && end.limit === "application", JSON.stringify(end));
});

test("a server that keeps to the limits at no rate has no knee, and one without bounds ends at the most", () => {
  assert.deepEqual(search(() => FAILED).end, { kind: "none", why: "p95" });
  assert.deepEqual(search(() => PASSED, { ...OPTIONS, most: 1_000 }).end, {
    kind: "found",
    rate: 1_000,
    limit: "most",
  });
});

test("a search with chance in it ends all the same", () => {
  let state = 1;
  for (let run = 0; run < 200; run += 1) {
    const { end } = search((rate) => {
      state = (state * 48_271) % 2_147_483_647;
      const chance = 1 / (1 + Math.exp((rate - 90) / 10));
      return state / 2_147_483_647 < chance ? PASSED : FAILED;
    });
    assert.notEqual(end.kind, "try");
  }
});

const TRIAL: Trial = {
  ...{ rate: 100, seconds: 10, requests: 1_000, answered: 100, p50: 10, p95: 50, errorRate: 0 },
  ...{ inFlight: [1, 2, 1, 2, 1, 1], generator: [] },
};
const OBJECTIVE = { p95: 250, errors: 0.001, achieved: 0.98 };

test("each limit by itself fails a run, and a sick generator makes a failure say nothing", () => {
  assert.deepEqual(judgeTrial(TRIAL, OBJECTIVE), PASSED);
  const bad: readonly [Partial<Trial>, RegExp][] = [
    [{ p95: 251 }, /p95 was 251 ms/],
    [{ errorRate: 0.002 }, /0.2 % failed/],
    [{ answered: 97 }, /97 % of what was intended/],
    [{ inFlight: [1, 3, 5, 7, 9, 11] }, /in flight/],
  ];
  for (const [own, why] of bad) {
    const verdict = judgeTrial({ ...TRIAL, ...own }, OBJECTIVE);
    assert.equal(verdict.kind, "failed");
    assert.match(verdict.kind === "failed" ? verdict.why : "", why);
    assert.equal(judgeTrial({ ...TRIAL, ...own, generator: ["late"] }, OBJECTIVE).kind, "unsound");
  }
  assert.deepEqual(judgeTrial({ ...TRIAL, generator: ["late"] }, OBJECTIVE), PASSED);
});

test("a steady number in flight is no trend, however large", () => {
  assert.ok(!isTrending([100, 103, 98, 101, 99, 102, 100]));
  assert.ok(!isTrending([0, 4, 0, 0, 4, 0, 0, 1]));
  assert.ok(isTrending([5, 40, 80, 110, 160, 200]));
});
