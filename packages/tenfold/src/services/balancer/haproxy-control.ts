import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../fault/fault.ts";
import { memberNamed } from "../../fleet/data.ts";
import type { WebFigures } from "../../fleet/figures.ts";
import { edgeOf, type Fleet, frontOf, hasFront } from "../../fleet/fleet.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { servingTargets, targets, targetsOf } from "../../render/edge/edge.ts";
import { frontsOf, leaderOf } from "../../render/haproxy/fronts.ts";
import { renderHaproxy } from "../../render/haproxy/haproxy.ts";
import { LATENCY_TABLE } from "../../render/haproxy/latency.ts";
import { TRIAL } from "../../render/haproxy/trial.ts";
import { WEB_SOCKETS_TABLE } from "../../render/haproxy/web-sockets.ts";
import { millis } from "../../units/millis.ts";
import type { BalancerControl, Context } from "../service.ts";
import { parseAnswers } from "./answers.ts";
import { webFigures } from "./figures.ts";
import { formerHaveLeft, reloadHaproxy } from "./haproxy-reload.ts";
import { type HaproxyRuntime, haproxyRuntime } from "./haproxy-runtime.ts";
import { applyServers, readServers, type Wanted } from "./haproxy-servers.ts";
import { parseSessions, type Session } from "./sessions.ts";
import { parseStatistics, sumOf } from "./statistics.ts";
import type { Turns } from "./turns.ts";
import { parseWebSockets, type WebSocketCounts } from "./web-sockets.ts";

/** The web tier is in both: one for instances that are well, one for those that are alive. */
const WEB_BACKENDS: readonly string[] = ["app", "panic"];
/** A release on trial has a backend of its own, as long as there is one. */
const ALL_WEB_BACKENDS: readonly string[] = [...WEB_BACKENDS, TRIAL];

/** Brings the running servers to `wanted`, by a reload where slots do not suffice. */
async function settle(context: Context, member: Member, wanted: Wanted): Promise<HaproxyRuntime> {
  // First the files, so that whatever starts HAProxy anew from here on starts it in the right state.
  await context.driver.writeFiles(renderHaproxy(context.fleet, member).files);
  const runtime = haproxyRuntime(context, member);
  if (await applyServers(runtime, await runtime.current(), wanted)) return runtime;
  await reloadHaproxy(context, member);
  if (await applyServers(runtime, await runtime.current(), wanted)) return runtime;
  throw new Error(`the configuration of ${member.name} lacks slots: ${Object.keys(wanted).join(", ")}`);
}

/** A reload that an earlier engine began may not be over. */
async function untilFormerHaveLeft(context: Context, runtime: HaproxyRuntime): Promise<void> {
  while (!(await formerHaveLeft(runtime, await runtime.workers()))) {
    await pause(millis(10), undefined, { signal: context.signal });
  }
}

async function formerSessions(runtime: HaproxyRuntime): Promise<{ worker: number; sessions: Session[] }[]> {
  const { former } = await runtime.workers();
  const found = [];
  for (const worker of former) {
    try {
      const [answer = ""] = await runtime.tell(worker, ["show sess"]);
      found.push({ worker, sessions: parseSessions(answer) });
    } catch (error) {
      // It has ended, and what it carried with it.
      if (!(error instanceof Fault) || (await runtime.workers()).former.includes(worker)) throw error;
    }
  }
  return found;
}

async function serve(context: Context): Promise<void> {
  const { fleet } = context;
  const serving = servingTargets(fleet);
  const onTrial = targets(fleet, fleet.topology.canary);
  const member = memberNamed(fleet, edgeOf());
  const runtime = await settle(context, member, {
    ...Object.fromEntries(WEB_BACKENDS.map((name) => [name, serving])),
    // Where nobody is on trial, its backend may be there still, or not at all.
    [TRIAL]: onTrial.length === 0 ? [] : [...serving, ...onTrial],
  });
  await untilFormerHaveLeft(context, runtime);
}

/** What each backend of the fronts shall send to. */
function wantedFronts(fleet: Fleet): Wanted {
  const wanted: Record<string, ReturnType<typeof targets>> = {};
  for (const front of frontsOf(fleet)) {
    const leader = leaderOf(fleet, front);
    wanted[front] = leader === null ? [] : targets(fleet, [leader]);
    if (front === "redis") wanted["redis-any"] = targetsOf(fleet, "redis");
  }
  return wanted;
}

async function follow(context: Context): Promise<void> {
  const { fleet } = context;
  if (!hasFront(fleet.spec)) return;
  const wanted = wantedFronts(fleet);
  const runtime = await settle(context, memberNamed(fleet, frontOf(fleet.spec)), wanted);
  const worker = await runtime.current();
  const leaders = new Map(
    Object.keys(wanted).map((name) => [name, leaderOf(fleet, name.startsWith("redis") ? "redis" : "postgres")]),
  );
  const servers = await readServers(runtime, worker, [...leaders.keys()]);
  const isLeader = ({ backend, name }: { backend: string; name: string }): boolean => leaders.get(backend) === name;
  const commands = servers.flatMap((server) => {
    const path = `${server.backend}/${server.name}`;
    // Who names a leader has seen it lead: it need not pass thirty checks first.
    if (isLeader(server)) return server.up ? [] : [`set server ${path} health up`];
    return server.enabled ? [`shutdown sessions server ${path}`] : [];
  });
  await runtime.tell(worker, commands);
  for (const former of await formerSessions(runtime)) {
    const lost = former.sessions.filter(
      ({ backend, server }) => leaders.has(backend) && !isLeader({ backend, name: server }),
    );
    await runtime.tell(
      former.worker,
      lost.map(({ id }) => `shutdown session ${id}`),
    );
  }
}

async function inFlight(context: Context, member: Member): Promise<number> {
  const runtime = haproxyRuntime(context, memberNamed(context.fleet, edgeOf()));
  try {
    const answers = await runtime.tell(
      await runtime.current(),
      ALL_WEB_BACKENDS.map((backend) => `show stat ${backend} 4 ${member.index}`),
    );
    const rows = answers.flatMap(parseStatistics);
    const former = (await formerSessions(runtime)).flatMap(({ sessions }) => sessions);
    const theirs = former.filter(({ backend, server }) => ALL_WEB_BACKENDS.includes(backend) && server === member.name);
    return sumOf(rows, "scur") + sumOf(rows, "qcur") + theirs.length;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "TF_BALANCER_SILENT") throw error;
    // Without a balancer that answers, what the kernel sees is the best that can be known.
    return (member.port === null ? undefined : context.driver.connections().get(member.port)) ?? 0;
  }
}

/** The WebSockets that former workers carry. A worker that does not answer has ended, or is about to. */
async function formerWebSockets(runtime: HaproxyRuntime, former: readonly number[]): Promise<WebSocketCounts[]> {
  const found = [];
  for (const worker of former) {
    try {
      const [answer = ""] = await runtime.tell(worker, [`show table ${WEB_SOCKETS_TABLE}`]);
      found.push(parseWebSockets(answer));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }
  return found;
}

/** What has reached the backends of the web tier, and who answered how, and how fast. */
async function figures(context: Context): Promise<WebFigures | null> {
  const runtime = haproxyRuntime(context, memberNamed(context.fleet, edgeOf()));
  try {
    const { current, former } = await runtime.workers();
    if (current === null) return null;
    const [counted = "", carried = "", ...answers] = await runtime.tell(current, [
      `show table ${LATENCY_TABLE}`,
      `show table ${WEB_SOCKETS_TABLE}`,
      ...ALL_WEB_BACKENDS.map((backend) => `show stat ${backend} 6 -1`),
    ]);
    return webFigures(
      answers.flatMap(parseStatistics),
      { process: current, counts: parseAnswers(counted) },
      { current: parseWebSockets(carried), former: await formerWebSockets(runtime, former) },
    );
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

async function serving(context: Context): Promise<readonly MemberName[] | null> {
  const runtime = haproxyRuntime(context, memberNamed(context.fleet, edgeOf()));
  try {
    const servers = await readServers(runtime, await runtime.current(), ["app"]);
    return servers.filter(({ enabled }) => enabled).map(({ name }) => name as MemberName);
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** HAProxy's control. Changes wait for each other in `turns`. */
export function haproxyControl(turns: Turns): BalancerControl {
  return {
    serve: (context) => turns.take(() => serve(context)),
    follow: (context) => turns.take(() => follow(context)),
    inFlight,
    serving,
    figures,
  };
}
