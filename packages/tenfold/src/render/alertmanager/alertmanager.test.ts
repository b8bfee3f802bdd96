import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { GOLDEN_PATHS, testFleet } from "../../../test/edge/fleet.ts";
import { assertGolden, type GoldenFleet, judge } from "../../../test/edge/golden.ts";
import { Fault } from "../../fault/fault.ts";
import { memberNamed } from "../../fleet/data.ts";
import type { MemberName } from "../../fleet/member.ts";
import { renderMember } from "../render.ts";
import { renderReceiver } from "./receivers.ts";

const ALERTMANAGER = "alertmanager-1" as MemberName;

const EVERYBODY = [
  { webhook: "https://example.com/alerts?token=${TOKEN}" },
  { slack: "${SLACK_URL}", channel: "#operations" },
  { pagerduty: "${KEY}", only: "critical" },
  { opsgenie: "${KEY}", url: "https://api.eu.opsgenie.com/" },
  {
    mail: {
      to: "operations@example.com",
      from: "shop@example.com",
      server: "smtp.example.com:587",
      user: "shop",
      password: "${KEY}",
    },
  },
];

const environment = { TOKEN: "t0ken", SLACK_URL: "https://hooks.slack.com/services/x", KEY: "k: 'e' \"y\" #$1" };

const FLEETS: readonly GoldenFleet[] = [
  {
    name: "webhook",
    member: ALERTMANAGER,
    fleet: {
      file: { web: "node server.js", monitoring: { alerts: { to: [{ webhook: "http://127.0.0.1:9/" }] } } },
    },
  },
  {
    name: "everybody",
    member: ALERTMANAGER,
    fleet: {
      environment,
      file: {
        web: "node server.js",
        monitoring: {
          alerts: {
            to: EVERYBODY,
            gather: 0,
            repeat: "1d",
            silence: ["weekdays 22:00-06:00", "weekends 00:00-24:00", "sunday 20:00-0:00"],
          },
        },
      },
    },
  },
];

for (const golden of FLEETS) {
  test(`the configuration for "${golden.name}" is as it was, and Alertmanager accepts it`, async () => {
    assertGolden(new URL(import.meta.url), golden);
    const { code, output } = await judge(golden, ({ files }) => [
      "/usr/bin/amtool",
      "check-config",
      files[0]?.path ?? "",
    ]);
    assert.equal(code, 0, output);
    assert.match(output, /SUCCESS/);
  });
}

test("keys come from variables, and are in no argument; a variable that is missing is a fault", () => {
  const file = { web: "node server.js", monitoring: { alerts: { to: EVERYBODY } } };
  const rendered = (variables: Readonly<Record<string, string>>) => {
    const fleet = testFleet({ file, paths: GOLDEN_PATHS, environment: variables });
    return renderMember(fleet, memberNamed(fleet, ALERTMANAGER));
  };
  const { files, launch } = rendered(environment);
  assert.match(files[0]?.content ?? "", /token=t0ken/);
  assert.doesNotMatch(JSON.stringify(launch), /t0ken|k: 'e'/);
  assert.throws(
    () => rendered({ TOKEN: "t0ken" }),
    (error) => error instanceof Fault && error.code === "TF_ENV_MISSING",
  );
});

test("what was measured while an alert held is not told of one that is over", async () => {
  const { slack_configs: configs = [] } = renderReceiver(
    { kind: "slack", url: "x", channel: null, only: null },
    () => "",
  );
  const [{ text }] = configs as [{ text: string }];
  const annotations = { summary: "Requests fail", description: "100% of them", action: "look" };
  const times = { startsAt: "2026-03-01T10:00:00Z", endsAt: "2026-03-01T10:05:00Z" };
  const alerts = ["resolved", "firing"].map((status) => ({ status, labels: {}, annotations, ...times }));
  const data = { receiver: "x", status: "firing", alerts, groupLabels: {}, commonLabels: {}, commonAnnotations: {} };
  const directory = await mkdtemp(join(tmpdir(), "tenfold-template-"));
  try {
    await writeFile(`${directory}/data.json`, JSON.stringify({ ...data, externalURL: "" }));
    const words = [`--template.text=${text}`, "--template.glob=/dev/null", `--template.data=${directory}/data.json`];
    const { stdout } = await promisify(execFile)("/usr/bin/amtool", ["template", "render", ...words]);
    const [over, holds] = stdout.trim().split("\n\n");
    assert.equal(over, "Requests fail (resolved)\nIt was so from 1 March 10:00 to 1 March 10:05 UTC.");
    assert.equal(holds, "Requests fail (firing)\n100% of them\nWhat to do: look");
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("without anybody to be told, there is no Alertmanager", () => {
  const fleet = testFleet({ file: { web: "node server.js", monitoring: true }, paths: GOLDEN_PATHS });
  const names = fleet.members.map(({ name }): string => name);
  assert.ok(names.includes("prometheus-1"));
  assert.ok(!names.includes(ALERTMANAGER));
});
