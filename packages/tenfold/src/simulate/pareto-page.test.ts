import assert from "node:assert/strict";
import { test } from "node:test";
import { paretoFront, paretoPage } from "./pareto-page.ts";
import type { Score } from "./score.ts";

function score(policy: string, ratio: number, violationPercent: number): Score {
  return {
    policy,
    foresight: policy === "peak",
    ratio,
    violationPercent,
    instanceHours: 10,
    violationSeconds: 1,
    violatedRequests: 2,
    shedPercent: 0,
    actionsPerDay: 3,
    reversalsPerDay: 0,
    peakInstances: 4,
  };
}

test("the front is whatever nothing else beats in both", () => {
  const scores = [
    score("a", 1.1, 0.1),
    score("b", 1.3, 0),
    score("c", 1.2, 0.2),
    score("d", 1.4, 0),
    score("peak", 1, 0),
  ];
  assert.deepEqual(
    paretoFront(scores).map(({ policy }) => policy),
    ["a", "b"],
  );
});

test("a page names every policy, escapes what it is given, and loads nothing", () => {
  const page = paretoPage({
    title: "a <b>",
    about: "x & y.",
    violation: "seconds",
    scores: [score('cpu > 70% "x"', 1.1, 0.1), score("peak", 9, 0)],
  });
  assert.match(page, /<h1>a &lt;b&gt;<\/h1>/);
  assert.match(page, /cpu &gt; 70% &quot;x&quot;/);
  assert.match(page, /x &amp; y\./);
  assert.doesNotMatch(page, /https?:|<script|NaN|Infinity|undefined/);
});
