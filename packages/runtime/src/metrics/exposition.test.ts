import assert from "node:assert/strict";
import { test } from "node:test";
import { Meters, observe } from "../context/index.ts";
import { expose } from "./exposition.ts";

async function textOf(meters: Meters): Promise<string> {
  let text = "";
  for await (const piece of expose(meters.list())) text += piece;
  return text;
}

test("counters, gauges and histograms are told in Prometheus' text, a name once, and labels escaped", async () => {
  const meters = new Meters();
  meters.counter("a_total", 'with "quotes"\nand \\', { path: 'x"y\\z\n' }).value = 3;
  meters.gauge("b", "B.", () => Number.NaN);
  meters.counter("a_total", "again", { path: "z" }).value = 0.5;
  const histogram = meters.histogram("c_seconds", "C.", [0.1, 1], { kind: "k" });
  for (const value of [0.1, 0.5, 3]) observe(histogram, value);
  const expected = [
    '# HELP a_total with "quotes"\\nand \\\\',
    "# TYPE a_total counter",
    'a_total{path="x\\"y\\\\z\\n"} 3',
    'a_total{path="z"} 0.5',
    "# HELP b B.",
    "# TYPE b gauge",
    "b NaN",
    "# HELP c_seconds C.",
    "# TYPE c_seconds histogram",
    'c_seconds_bucket{kind="k",le="0.1"} 1',
    'c_seconds_bucket{kind="k",le="1"} 2',
    'c_seconds_bucket{kind="k",le="+Inf"} 3',
    'c_seconds_sum{kind="k"} 3.6',
    'c_seconds_count{kind="k"} 3',
    "",
  ].join("\n");
  assert.equal(await textOf(meters), expected);
  assert.equal(await textOf(meters), expected);
  observe(histogram, 0.1);
  assert.match(await textOf(meters), /c_seconds_count\{kind="k"\} 4/);
});

test("a long scrape lets others have their turn, and is whole all the same", async () => {
  const meters = new Meters();
  const bounds = Array.from({ length: 20 }, (_, at) => at + 1);
  for (let at = 0; at < 3_000; at += 1) observe(meters.histogram("h", "H.", bounds, { at: `${at}` }), at % 30);
  let turns = 0;
  let scraping = true;
  const turn = () => {
    turns += 1;
    if (scraping) setImmediate(turn);
  };
  setImmediate(turn);
  const text = await textOf(meters);
  scraping = false;
  assert.ok(turns >= 2, `others had ${turns} turns`);
  assert.equal(text.match(/^h_count/gm)?.length, 3_000);
});
