import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ALERT_RULES, type AlertName } from "../../spec/monitoring/alert-rules.ts";
import { fleetFile } from "../../spec/spec.ts";
import { toYaml } from "../yaml.ts";
import { RULE_CASES, type RuleCase } from "./rules.fixture.ts";
import { alertName, renderRules, TRIGGERS } from "./rules.ts";

const EVERYTHING = {
  name: "shop",
  web: { command: "node server.js", instances: { min: 2, max: 12 } },
  workers: { mail: { command: "node mail.js", scale: { library: "bullmq" } } },
  postgres: { replicas: 2 },
  redis: { replicas: 1 },
  backups: true,
  monitoring: { scrape: "/metrics" },
};

function promtool(words: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile("promtool", [...words], (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

/** What the trigger advises, for these labels. */
function actionOf(name: AlertName, labels: Readonly<Record<string, string>>): string {
  const action = TRIGGERS.find((trigger) => trigger.name === name)?.action ?? "";
  return action.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? "");
}

function unitTest(one: RuleCase, variant: "fires" | "quiet"): unknown {
  const { name, given = {}, at, labels = {}, summary, description } = one;
  const expected = {
    exp_labels: { severity: ALERT_RULES[name].severity, ...labels },
    exp_annotations: { summary, description, action: actionOf(name, labels) },
  };
  return {
    name: `${name} ${variant}`,
    interval: "1m",
    input_series: Object.entries({ ...given, ...one[variant] }).map(([series, values]) => ({ series, values })),
    alert_rule_test: [{ eval_time: at, alertname: alertName(name), exp_alerts: variant === "fires" ? [expected] : [] }],
  };
}

async function judge(rules: string, tests: readonly unknown[]): Promise<{ code: number; output: string }> {
  const directory = await mkdtemp(join(tmpdir(), "rules-"));
  try {
    const content = { rule_files: ["rules.yml"], evaluation_interval: "1m", tests };
    await writeFile(join(directory, "rules.yml"), rules);
    await writeFile(join(directory, "test.yml"), toYaml(content));
    return await promtool(["test", "rules", join(directory, "test.yml")]);
  } finally {
    await rm(directory, { recursive: true });
  }
}

const rules = renderRules(fleetFile.parse(EVERYTHING));

test("every rule raises its alert when its figure is beyond the limit for long enough, says so, and is quiet below it", async () => {
  // Those that compare with a day are judged without the others, which would be evaluated every minute of it.
  const long = RULE_CASES.filter(({ name }) => name === "slowResponses" || name === "slowestResponses");
  const isShort = (one: RuleCase): boolean => !long.includes(one);
  const off = Object.fromEntries(RULE_CASES.filter(isShort).map(({ name }) => [name, false]));
  const few = renderRules(
    fleetFile.parse({ ...EVERYTHING, monitoring: { scrape: "/metrics", alerts: { rules: off } } }),
  );
  const variants = (cases: readonly RuleCase[]): unknown[] =>
    cases.flatMap((one) => [unitTest(one, "fires"), unitTest(one, "quiet")]);
  for (const [text, cases] of [
    [rules, RULE_CASES.filter(isShort)],
    [few, long],
  ] as const) {
    const { code, output } = await judge(text, variants(cases));
    assert.equal(code, 0, output);
  }
});

test("promtool would say so if an alert were not raised", async () => {
  const [first] = RULE_CASES;
  assert.ok(first !== undefined);
  const { code, output } = await judge(rules, [unitTest({ ...first, fires: first.quiet }, "fires")]);
  assert.notEqual(code, 0);
  assert.match(output, /alertname: FleetDown/);
});

test("every rule that the file knows is a trigger, is tested, and tells what to do", () => {
  const names = Object.keys(ALERT_RULES).sort();
  assert.deepEqual(TRIGGERS.map(({ name }): string => name).sort(), names);
  assert.deepEqual(RULE_CASES.map(({ name }): string => name).sort(), names);
  for (const { action, summary } of TRIGGERS) assert.ok(action.length > 20 && summary.length < 60, summary);
});

test("a fleet gets rules for what it has, with the limits of its file, and without those that are off", () => {
  const few = renderRules(fleetFile.parse({ web: "node server.js", monitoring: true }));
  assert.doesNotMatch(few, /tenfold_(postgres|redis|queue|group|backup)/);
  assert.match(few, /tenfold_balancer_response_seconds_bucket/);
  const nginx = { web: "node server.js", balancer: "nginx" };
  assert.doesNotMatch(renderRules(fleetFile.parse({ ...nginx, monitoring: true })), /SlowestResponses|p95/);
  const scraped = renderRules(fleetFile.parse({ ...nginx, monitoring: { scrape: "/metrics" } }));
  assert.match(scraped, /rate\(tenfold_http_request_duration_seconds_bucket/);
  assert.match(scraped, /SlowestResponses/);
  const own = { alerts: { rules: { errors: { above: 1, for: "10s", severity: "warning" }, webCpu: false } } };
  const written = renderRules(fleetFile.parse({ web: "node server.js", monitoring: own }));
  assert.match(written, /> 0\.01"\n {8}for: "10s"\n {8}labels:\n {10}severity: warning/);
  assert.doesNotMatch(written, /WebCpu/);
});
