import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../fault/index.ts";
import { testContext } from "../testing/test-context.ts";
import { type Metrics, openMetrics } from "./metrics.ts";

async function textOf(metrics: Metrics): Promise<string> {
  let text = "";
  for await (const piece of metrics.expose()) text += piece;
  return text;
}

test("the application's own figures are told, and what would fill the memory is counted as other", async () => {
  await using context = testContext({ INSTANCE_ID: "web-2" });
  const metrics = openMetrics(context, { most: 2 });
  const cost = metrics.counter("api_cost_dollars_total", "Paid.", { labels: ["provider"] });
  cost.add({ provider: "a" }, 0.02);
  cost.add({ provider: "a" }, 0.03);
  for (const provider of ["b", "c", "d"]) cost.add({ provider });
  metrics.gauge("queue_of_mine", "Mine.").set(4);
  metrics.histogram("step_seconds", "Steps.", { bounds: [1] }).observe(0.5);
  const text = await textOf(metrics);
  for (const line of [
    'api_cost_dollars_total{provider="a"} 0.05',
    'api_cost_dollars_total{provider="b"} 1',
    'api_cost_dollars_total{provider="other"} 2',
    'tenfold_metrics_capped_total{metric="api_cost_dollars_total"} 2',
    "queue_of_mine 4",
    'step_seconds_bucket{le="1"} 1',
  ]) {
    assert.ok(text.split("\n").includes(line), `${line}\n---\n${text}`);
  }
  assert.match(text, /^tenfold_instance_info\{instance_id="web-2",release="",node="[\d.]+"\} 1$/m);
  assert.match(text, /^process_cpu_seconds_total [\d.]+$/m);
  assert.match(text, /^tenfold_event_loop_utilization [\d.]+/m);
  await metrics.close();
});

test("what Prometheus would not take is refused where it is made", async () => {
  await using context = testContext({});
  const metrics = openMetrics(context);
  const refused = (make: () => unknown) => assert.throws(make, (error) => isFault(error, "TF_RT_OPTION"));
  refused(() => metrics.counter("a-b", "A."));
  refused(() => metrics.counter("a", "A.", { labels: ["le"] }));
  refused(() => metrics.histogram("a", "A.", { bounds: [2, 1] }));
  refused(() => metrics.counter("a", "A.").add({}, -1));
  refused(() => openMetrics(context, { most: 0 }));
  refused(() => openMetrics(context, { readers: { token: "short" } }));
  await metrics.close();
});
