import assert from "node:assert/strict";
import { test } from "node:test";
import { paretoFront, paretoPage } from "./pareto-page.ts";
import { ticksBetween } from "./plot-scale.ts";
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
    unit: "requests",
    scores: [score('cpu > 70% "x"', 1.1, 0.1), score("peak", 9, 0)],
  });
  assert.match(page, /<h1>a &lt;b&gt;<\/h1>/);
  assert.match(page, /cpu &gt; 70% &quot;x&quot;/);
  assert.match(page, /x &amp; y\./);
  assert.doesNotMatch(page, /https?:|<script|NaN|Infinity|undefined/);
});

function places(scores: readonly Score[]): { points: number[][]; labels: { x: number; y: number; text: string }[] } {
  const page = paretoPage({ title: "", about: "", unit: "requests", scores });
  const points = [...page.matchAll(/<circle cx="([^"]+)" cy="([^"]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  const labels = [...page.matchAll(/<text x="([^"]+)" y="([^"]+)" text-anchor="\w+">([^<]+)<\/text>(?=<circle)/g)].map(
    ([, x, y, text]) => ({ x: Number(x), y: Number(y), text: text ?? "" }),
  );
  return { points, labels };
}

test("every point lies within the plot, however cheap or dear", () => {
  const { points } = places([score("a", 0.02, 90), score("b", 0.3, 10), score("c", 240, 0), score("d", 0, 100)]);
  assert.equal(points.length, 4);
  for (const [x = Number.NaN, y = Number.NaN] of points)
    assert.ok(x >= 81 && x <= 671 && y >= 23 && y <= 405, `${x}, ${y}`);
});

test("names of points at the same place are written below each other", () => {
  const names = [
    "tenfold cheap",
    "tenfold safe",
    "HPA 70 %",
    "KPA 70 %",
    "thresholds +1",
    "thresholds +2",
    "peak",
    "x",
  ];
  const { labels } = places(names.map((name) => score(name, 1, 0)));
  assert.deepEqual(labels.map(({ text }) => text).sort(), [...names].sort());
  const spots = new Set(labels.map(({ x, y }) => `${x} ${y}`));
  assert.equal(spots.size, names.length);
});

test("names are not crossed by the line of the front", () => {
  const page = paretoPage({
    title: "",
    about: "",
    unit: "requests",
    scores: [score("first", 1, 0), score("second", 1.5, 0)],
  });
  const level = Number(/<circle cx="[^"]+" cy="([^"]+)"/.exec(page)?.[1]);
  const names = [...page.matchAll(/<text x="[^"]+" y="([^"]+)" text-anchor="\w+">(?:first|second)<\/text>/g)];
  assert.equal(names.length, 2);
  // Left of the first there is the axis; right of it the line. A line of text reaches from ten above its y to three below it.
  for (const [, y] of names) assert.ok(Number(y) + 3 < level || Number(y) - 10 > level, `${y} on ${level}`);
});

test("a table of jobs is headed as that of the command is", () => {
  const of = (unit: "requests" | "jobs"): string =>
    paretoPage({ title: "", about: "", unit, scores: [score("a", 1.1, 0.1)] });
  assert.match(of("jobs"), /<th>late jobs<\/th><th>jobs<\/th>/);
  assert.match(of("requests"), /<th>violated<\/th><th>late or refused<\/th>/);
});

test("a front of one point is a line, too", () => {
  const page = paretoPage({ title: "", about: "", unit: "requests", scores: [score("a", 1.1, 0.1)] });
  const line = /<polyline class="front" points="([^"]*)"/.exec(page)?.[1] ?? "";
  assert.equal(line.split(" ").length, 3);
});

test("what costs something where nothing is needed has no ratio, and stands in the table only", () => {
  const scores = [score("a", Number.POSITIVE_INFINITY, 0), score("b", 1, 0)];
  const page = paretoPage({ title: "", about: "", unit: "requests", scores });
  assert.equal([...page.matchAll(/<circle/g)].length, 1);
  assert.match(page, />a<\/th><td>10\.0<\/td><td>–</);
  assert.doesNotMatch(page, /NaN|Infinity/);
});

test("an axis has round numbers, neither none nor too many, whatever it spans", () => {
  assert.deepEqual(ticksBetween(1, 1.3), [1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3]);
  for (const low of [0.01, 0.3, 0.47, 0.95, 1])
    for (const span of [1.1, 1.31, 2, 2.9, 3.1, 7, 30, 400, 30_000]) {
      const ticks = ticksBetween(low, low * span);
      assert.ok(ticks.length >= 2 && ticks.length <= 9, `${low} to ${low * span}: ${ticks}`);
      assert.ok(ticks.every((tick) => tick >= low * 0.999 && tick <= low * span * 1.001));
    }
});
