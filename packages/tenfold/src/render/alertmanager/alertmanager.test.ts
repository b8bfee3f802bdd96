import assert from "node:assert/strict";
import { test } from "node:test";
import { GOLDEN_PATHS, testFleet } from "../../../test/edge/fleet.ts";
import { assertGolden, type GoldenFleet, judge } from "../../../test/edge/golden.ts";
import { Fault } from "../../fault/fault.ts";
import { memberNamed } from "../../fleet/data.ts";
import type { MemberName } from "../../fleet/member.ts";
import { renderMember } from "../render.ts";

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

test("without anybody to be told, there is no Alertmanager", () => {
  const fleet = testFleet({ file: { web: "node server.js", monitoring: true }, paths: GOLDEN_PATHS });
  const names = fleet.members.map(({ name }): string => name);
  assert.ok(names.includes("prometheus-1"));
  assert.ok(!names.includes(ALERTMANAGER));
});
