import { setTimeout as pause } from "node:timers/promises";
import type { Member } from "../../fleet/member.ts";
import type { Probe } from "../../fleet/state.ts";
import { isEdge, probeAnswer } from "../../render/edge/edge.ts";
import { renderNginx } from "../../render/nginx/nginx.ts";
import { temporaryDirectory } from "../../render/nginx/process.ts";
import { partingFlagName } from "../../render/nginx/sockets.ts";
import { type Millis, millis, seconds } from "../../units/millis.ts";
import type { Context, ServiceAdapter } from "../service.ts";
import { prepareCertificate } from "./certificate.ts";
import { reloadNginx } from "./nginx-reload.ts";
import { askRouter } from "./nginx-router.ts";
import { askEdge } from "./probe.ts";
import type { Turns } from "./turns.ts";

/** How long visitors are asked to make another connection before the ones that they keep are closed. */
const PARTING: Millis = seconds(2);

async function prepare(context: Context, member: Member): Promise<void> {
  await context.driver.makeDirectory(temporaryDirectory(context.fleet, member), "service", 0o700);
  await prepareCertificate(context, member);
}

async function probeEdge(context: Context, member: Member): Promise<string> {
  const answer = await askEdge(context.fleet, context.signal);
  if (answer.status !== 200 || answer.body !== probeAnswer(context.fleet, member)) {
    throw new Error(`something else answers on its port (status ${answer.status})`);
  }
  return "visitors' connections";
}

async function probeRouter(context: Context): Promise<string> {
  const { serving, sending } = await askRouter(context);
  const well = serving.filter((name) => context.unwell?.every((other) => other !== name) ?? true).length;
  const panic = sending.length > well ? ", less than half: all get requests" : "";
  return `${well} of ${serving.length} instances healthy${panic}`;
}

async function probe(context: Context, member: Member): Promise<Probe> {
  try {
    const detail = isEdge(member) ? await probeEdge(context, member) : await probeRouter(context);
    return { ready: true, role: null, detail };
  } catch (error) {
    return { ready: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * nginx closes idle connections of visitors when it is reloaded, and a request may be under way on one. So for a while
 * every answer of the edge says that its connection ends with it: who is still idle then has been so for all that time.
 */
async function reloadEdge(context: Context, member: Member): Promise<void> {
  const { fleet, driver, signal } = context;
  await prepareCertificate(context, member);
  const flag = `${fleet.paths.run}/${partingFlagName(member)}`;
  await driver.writeFiles([{ path: flag, content: "", mode: 0o600, owner: "service" }]);
  try {
    await pause(millis(Math.min(PARTING, fleet.spec.balancer.timeouts.idle)), undefined, { signal });
    await reloadNginx(context, member);
  } finally {
    await driver.removeDirectory(flag);
  }
}

/** Whoever rewrote the files knew nothing of the unwell. */
async function reloadRouter(context: Context, member: Member): Promise<void> {
  const { fleet, driver, unwell = [] } = context;
  if (unwell.length > 0) await driver.writeFiles(renderNginx(fleet, member, unwell).files);
  await reloadNginx(context, member);
}

/** nginx, the edge or the router. SIGQUIT makes it finish what it carries and close what is idle. */
export function nginxAdapter(turns: Turns): ServiceAdapter {
  return {
    prepare,
    probe,
    reload: (context, member) => turns.take(() => (isEdge(member) ? reloadEdge : reloadRouter)(context, member)),
  };
}
