import { releaseNumbered } from "../../fleet/environment.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Rendering } from "../../fleet/launch.ts";
import type { Member } from "../../fleet/member.ts";
import { configFile, dataDirectory, logFile } from "../../fleet/paths.ts";
import { monitoringOf } from "../../spec/local.ts";
import type { Alerts } from "../../spec/monitoring/monitoring.ts";
import type { Silence } from "../../spec/monitoring/silence.ts";
import { formatDuration, millis, seconds } from "../../units/millis.ts";
import { programPath } from "../program.ts";
import { toYaml } from "../yaml.ts";
import { renderReceiver } from "./receivers.ts";

/** Takes what is for nobody. */
const NOBODY = "nobody";
const QUIET = "quiet";
const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

function clock(minutes: number): string {
  const two = (value: number): string => `${value}`.padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Alertmanager knows no interval that goes beyond midnight: such a one is two. */
function intervalsOf({ days, from, to }: Silence): unknown[] {
  const part = (on: readonly number[], start: number, end: number): unknown => ({
    times: [{ start_time: clock(start), end_time: clock(end) }],
    weekdays: on.map((day) => DAYS[day]),
    location: "Local",
  });
  if (from < to) return [part(days, from, to)];
  const next = days.map((day) => (day + 1) % 7);
  return [part(days, from, 24 * 60), ...(to === 0 ? [] : [part(next, 0, to)])];
}

function configuration(fleet: Fleet, { to, gather, repeat, silence }: Alerts): string {
  const { environment } = releaseNumbered(fleet, fleet.release.number);
  const names = to.map(({ kind }, at) => `${kind}-${at + 1}`);
  const mute = silence.length === 0 ? {} : { mute_time_intervals: [QUIET] };
  const routes = to.flatMap(({ only }, at) => [
    { receiver: names[at], matchers: ['severity="critical"'], continue: true },
    ...(only === "critical"
      ? []
      : [{ receiver: names[at], matchers: ['severity="warning"'], ...mute, continue: true }]),
  ]);
  const content = {
    route: {
      receiver: NOBODY,
      group_by: ["alertname"],
      group_wait: formatDuration(gather),
      group_interval: formatDuration(millis(Math.max(seconds(1), gather * 6))),
      repeat_interval: formatDuration(repeat),
      routes,
    },
    // Whoever knows that nobody is served need not be told who is missing.
    inhibit_rules: [
      { source_matchers: ['alertname="FleetDown"'], target_matchers: ['alertname="MemberDown"'], equal: ["fleet"] },
    ],
    receivers: [
      { name: NOBODY },
      ...to.map((receiver, at) => ({ name: names[at], ...renderReceiver(receiver, (name) => environment[name]) })),
    ],
    ...(silence.length === 0
      ? {}
      : { time_intervals: [{ name: QUIET, time_intervals: silence.flatMap(intervalsOf) }] }),
  };
  return `# Rendered by Tenfold.\n${toYaml(content)}`;
}

/** Alertmanager, on loopback, alone: it gathers alerts and tells whom the file names. Fault: TF_ENV_MISSING. */
export function renderAlertmanager(fleet: Fleet, member: Member): Rendering {
  const monitoring = monitoringOf(fleet.spec);
  if (monitoring === null) throw new Error(`${member.name} is in a fleet without monitoring`);
  const config = configFile(fleet.paths, `${member.name}/alertmanager.yml`);
  const content = configuration(fleet, monitoring.alerts);
  return {
    files: [{ path: config, content, mode: 0o600, owner: "service" }],
    launch: {
      argv: [
        programPath(fleet, "alertmanager"),
        `--config.file=${config}`,
        `--storage.path=${dataDirectory(fleet.paths, member.name)}`,
        `--web.listen-address=127.0.0.1:${member.port}`,
        "--cluster.listen-address=",
        "--log.level=warn",
      ],
      env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      cwd: fleet.paths.home,
      runAs: "service",
      log: logFile(fleet.paths, member.name),
      stop: { signal: "SIGTERM", grace: seconds(10) },
      memory: false,
      cpu: false,
    },
  };
}
