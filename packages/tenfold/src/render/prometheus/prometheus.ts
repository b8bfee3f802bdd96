import { membersOf } from "../../fleet/data.ts";
import { edgeOf, type Fleet, portFor } from "../../fleet/fleet.ts";
import type { RenderedFile, Rendering } from "../../fleet/launch.ts";
import type { Member } from "../../fleet/member.ts";
import { configFile, dataDirectory, logFile } from "../../fleet/paths.ts";
import { furtherPort, METRICS_PORT } from "../../fleet/ports.ts";
import { monitoringOf } from "../../spec/local.ts";
import type { Monitoring } from "../../spec/monitoring/monitoring.ts";
import { formatDuration, millis, seconds } from "../../units/millis.ts";
import { programPath } from "../program.ts";
import { toYaml } from "../yaml.ts";
import { renderRules } from "./rules.ts";

/** A scrape that takes longer has failed. */
const PATIENCE = seconds(10);

function scrapeOf(fleet: Fleet, member: Member, monitoring: Monitoring): unknown[] {
  const fixed = (job: string, port: number | null, who: string): unknown => ({
    job_name: job,
    // What the labels of a figure say goes before what Prometheus would say of the target.
    honor_labels: true,
    static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { instance: who } }],
  });
  const own = membersOf(fleet, "alertmanager");
  return [
    fixed("tenfold", portFor(fleet.ports, METRICS_PORT), "engine"),
    fixed("balancer", portFor(fleet.ports, furtherPort(edgeOf(), "metrics")), edgeOf()),
    ...[member, ...own].map(({ kind, name, port }) => fixed(kind, port, name)),
    ...(monitoring.scrape === null
      ? []
      : [
          {
            job_name: "web",
            metrics_path: monitoring.scrape,
            file_sd_configs: [{ files: [targetsFile(fleet, member)], refresh_interval: "30s" }],
          },
        ]),
  ];
}

function configuration(fleet: Fleet, member: Member, monitoring: Monitoring): string {
  const interval = formatDuration(monitoring.interval);
  const told = membersOf(fleet, "alertmanager").map(({ port }) => `127.0.0.1:${port}`);
  const content = {
    global: {
      scrape_interval: interval,
      scrape_timeout: formatDuration(millis(Math.min(PATIENCE, monitoring.interval))),
      evaluation_interval: interval,
      external_labels: { fleet: fleet.spec.name },
    },
    rule_files: [configFile(fleet.paths, `${member.name}/rules.yml`)],
    alerting: told.length === 0 ? {} : { alertmanagers: [{ static_configs: [{ targets: told }] }] },
    scrape_configs: scrapeOf(fleet, member, monitoring),
  };
  return `# Rendered by Tenfold.\n${toYaml(content)}`;
}

function targetsFile({ paths }: Fleet, { name }: Pick<Member, "name">): string {
  return configFile(paths, `${name}/targets.json`);
}

/** The web instances, those that stand in for others among them. Prometheus reads this file again when it changes. */
export function renderTargets(fleet: Fleet, member: Pick<Member, "name">): RenderedFile {
  const targets = membersOf(fleet, "web").map(({ name, port, release }) => ({
    targets: [`127.0.0.1:${port}`],
    labels: { instance: name, release: `${release}` },
  }));
  return {
    path: targetsFile(fleet, member),
    content: `${JSON.stringify(targets, null, 1)}\n`,
    mode: 0o600,
    owner: "service",
  };
}

/** Prometheus, on loopback, with a rule for every trigger that the fleet can have. */
export function renderPrometheus(fleet: Fleet, member: Member): Rendering {
  const monitoring = monitoringOf(fleet.spec);
  if (monitoring === null) throw new Error(`${member.name} is in a fleet without monitoring`);
  const file = (name: string, content: string): RenderedFile => ({
    path: configFile(fleet.paths, `${member.name}/${name}`),
    content,
    mode: 0o600,
    owner: "service",
  });
  const config = file("prometheus.yml", configuration(fleet, member, monitoring));
  const rules = file("rules.yml", renderRules(fleet.spec));
  return {
    files: [config, rules, renderTargets(fleet, member)],
    // Targets that come and go are no reason for a reload.
    takes: [config, rules].map(({ content }) => content).join("\n"),
    launch: {
      argv: [
        programPath(fleet, "prometheus"),
        `--config.file=${config.path}`,
        `--storage.tsdb.path=${dataDirectory(fleet.paths, member.name)}`,
        `--storage.tsdb.retention.time=${formatDuration(monitoring.retention)}`,
        `--storage.tsdb.retention.size=${monitoring.size}B`,
        `--web.listen-address=127.0.0.1:${member.port}`,
        "--web.enable-lifecycle",
        "--log.level=warn",
      ],
      env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      cwd: fleet.paths.home,
      runAs: "service",
      log: logFile(fleet.paths, member.name),
      stop: { signal: "SIGTERM", grace: seconds(15) },
      memory: false,
      cpu: false,
    },
  };
}
