import type { Fleet } from "../../fleet/fleet.ts";
import type { RenderedFile, Rendering } from "../../fleet/launch.ts";
import type { Member } from "../../fleet/member.ts";
import { configFile, logFile } from "../../fleet/paths.ts";
import { type Millis, millis, seconds } from "../../units/millis.ts";
import { isEdge, isFront } from "../edge/edge.ts";
import { PAGES, pageFile } from "../edge/pages.ts";
import { programPath } from "../program.ts";
import { webSections } from "./app.ts";
import { edgeFrontend, handoverSections, metricsFrontend } from "./edge-front.ts";
import { frontSections, frontsOf } from "./fronts.ts";
import { defaultsSection, globalSection } from "./global.ts";
import { latencyTable } from "./latency.ts";
import { rateLimitTable } from "./rate-limit.ts";
import { webSocketTable } from "./web-sockets.ts";

/** Once it accepts no more connections it had better be gone; instances have finished their requests before. */
const LONGEST_STOP: Millis = seconds(5);

const SLOT_LINE = /^ {2}server \S+-\d+ .*\n/gm;

/** Whether this balancer carries the visitors' requests by HAProxy. */
function carriesRequests(fleet: Fleet, member: Member): boolean {
  return fleet.spec.balancer.engine === "haproxy" && isEdge(member);
}

export function haproxyConfigFile(fleet: Fleet, member: Member): string {
  return configFile(fleet.paths, `${member.name}.haproxy.cfg`);
}

function edgeSections(fleet: Fleet, member: Member): string[] {
  const { rateLimit } = fleet.spec.balancer;
  return [
    edgeFrontend(fleet, member),
    webSections(fleet, member),
    latencyTable(),
    webSocketTable(),
    handoverSections(fleet, member),
    ...(rateLimit === false ? [] : [rateLimitTable(rateLimit)]),
    metricsFrontend(fleet, member),
  ];
}

function configuration(fleet: Fleet, member: Member): string {
  const fronts = isFront(fleet, member) ? frontsOf(fleet).length : 0;
  return [
    `# ${member.name} of ${fleet.spec.name}, written by Tenfold: changes here are overwritten.\n`,
    globalSection(fleet, member, fronts),
    defaultsSection(fleet),
    ...(carriesRequests(fleet, member) ? edgeSections(fleet, member) : []),
    ...(fronts > 0 ? [frontSections(fleet, member)] : []),
  ].join("\n");
}

function files(fleet: Fleet, member: Member): RenderedFile[] {
  const main: RenderedFile = {
    path: haproxyConfigFile(fleet, member),
    content: configuration(fleet, member),
    // The password of Redis is in it.
    mode: 0o600,
    owner: "service",
  };
  if (!carriesRequests(fleet, member)) return [main];
  const html = Object.values(PAGES).map((page) => pageFile(fleet, member, page, "html"));
  return [main, ...html, pageFile(fleet, member, PAGES["none-ready"], "json")];
}

/** Whoever is in a slot is told while HAProxy runs: that is no reason for a reload. */
function takes(rendered: readonly RenderedFile[]): string {
  return rendered.map(({ path, content }) => `${path}\n${content.replace(SLOT_LINE, "")}`).join("\n");
}

/** HAProxy in the foreground, a master with a worker, so that it can be reloaded without dropping anything. */
export function renderHaproxy(fleet: Fleet, member: Member): Rendering {
  const rendered = files(fleet, member);
  return {
    files: rendered,
    takes: takes(rendered),
    launch: {
      argv: [
        programPath(fleet, "haproxy"),
        "-W",
        "-S",
        `unix@${masterSocketName(member)},mode,600`,
        "-f",
        haproxyConfigFile(fleet, member),
      ],
      env: {},
      // Sockets are named relative to it.
      cwd: fleet.paths.run,
      runAs: "service",
      log: logFile(fleet.paths, member.name),
      stop: { signal: "SIGUSR1", grace: millis(Math.min(fleet.spec.web.drain, LONGEST_STOP)) },
      memory: false,
      cpu: false,
    },
  };
}

/** The master's runtime socket, in `paths.run`. It reaches every worker, those that are leaving too. */
export function masterSocketName(member: Member): string {
  return `${member.name}-master.sock`;
}
