import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { FleetReport } from "@tenfold/protocol";
import { webOnly } from "../harness/applications.ts";
import { eventually } from "../harness/eventually.ts";
import { createProject } from "../harness/project.ts";

const FILE = `name: shop
web:
  command: node server.mjs
  health: /health
  instances: { min: 1, max: 2 }
  scale:
    rules: ["p95 > 400ms: +1"]
`;

test("the 95th percentile of real answers makes a fleet grow, and is told to people and to Prometheus", async () => {
  await using project = await createProject({ files: { ...webOnly(1), "tenfold.yaml": FILE } });
  await project.up();
  const { urls } = await project.healthy();
  const report = async (): Promise<FleetReport> => JSON.parse((await project.tenfold("ps", "--json")).stdout);
  assert.equal((await report()).latency, null, "nobody was answered yet");
  const loads = [project.start(["load", `${urls.app}/`, "--rate", "30", "--duration", "3m"])];
  try {
    const quick = await eventually("what is quick is known", async () => (await report()).latency, 60_000);
    assert.ok(quick.answers >= 40 && quick.p95Millis < 400, JSON.stringify(quick));
    const { members } = await report();
    assert.equal(members.filter(({ kind }) => kind === "web").length, 1);
    // One of six is slow now: the median stays, the 95th percentile does not.
    loads.push(project.start(["load", `${urls.app}/slow?ms=700`, "--rate", "6", "--duration", "3m"]));
    const grown = await eventually(
      "another instance is ready",
      async () => {
        const now = await report();
        return now.members.filter(({ kind, state }) => kind === "web" && state === "ready").length === 2 ? now : null;
      },
      60_000,
    );
    assert.ok((grown.latency?.p95Millis ?? 0) >= 690 && (grown.latency?.p50Millis ?? 0) < 400, JSON.stringify(grown));
    const journal = readFileSync(project.path(".tenfold", "journal.jsonl"), "utf8");
    assert.match(journal, /1 → 2: p95 > 400ms: \+1 \(now [67]\d\dms\)/);
    const { stdout } = await project.tenfold("ps", "--why");
    assert.match(
      stdout,
      /answers {2}50 % within [\d.]+ ms, 95 % within [\d.]+ ms, 99 % within [\d.]+ ms \(of \d+ in \d+ s\)/,
    );
    const { "engine/metrics": port } = project.state.ports as Readonly<Record<string, number>>;
    const figures = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const below = (bound: string): number =>
      Number(
        new RegExp(`^tenfold_balancer_response_seconds_bucket\\{le="${bound}"\\} (\\d+)$`, "m").exec(figures)?.[1],
      );
    assert.match(figures, /^tenfold_web_responses_total\{member="web-1",code="2xx"\} [1-9]/m);
    assert.match(figures, /^tenfold_web_websockets\{member="web-1"\} 0$/m);
    assert.doesNotMatch(figures, /member="web-3"/, "nobody is in the slots beyond");
    assert.ok(below("0.5") > 0 && below("0.75") > below("0.5"), figures);
  } finally {
    for (const load of loads) load.signal("SIGKILL");
  }
});
