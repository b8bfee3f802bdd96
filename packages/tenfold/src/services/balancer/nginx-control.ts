import { memberNamed } from "../../fleet/data.ts";
import { routerOf } from "../../fleet/fleet.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { renderNginx } from "../../render/nginx/nginx.ts";
import { workerCount } from "../../render/nginx/process.ts";
import { routerAnswer } from "../../render/nginx/router.ts";
import type { BalancerControl, Context } from "../service.ts";
import { nginxProcesses } from "./nginx-processes.ts";
import { reloadNginx } from "./nginx-reload.ts";
import { askRouter } from "./nginx-router.ts";
import type { Turns } from "./turns.ts";

/** Configurations that were replaced and whose workers still carry WebSockets. A worker takes about 6 MB. */
const FORMER_CONFIGURATIONS = 50;

async function serve(context: Context): Promise<void> {
  const { fleet, driver, unwell = [] } = context;
  const router = memberNamed(fleet, routerOf(fleet.spec));
  // First the files, so that whatever starts nginx anew from here on starts it in the right state.
  await driver.writeFiles(renderNginx(fleet, router, unwell).files);
  const wanted = routerAnswer(fleet, router, unwell).fingerprint;
  const isTaken = async (): Promise<boolean> => (await askRouter(context).catch(() => null))?.fingerprint === wanted;
  // Whoever does not run is a fault here; a reload that an earlier engine began may still have two sets of workers.
  const { workers } = await nginxProcesses(context, router);
  if (workers.length <= workerCount(fleet) && (await isTaken())) return;
  await reloadNginx(context, router, isTaken);
  await endOldest(context, router);
}

/** Every change leaves workers behind that go on for as long as one of their WebSockets does; they are not let grow without bound. */
async function endOldest(context: Context, router: Member): Promise<void> {
  const { master, former } = await nginxProcesses(context, router);
  const many = former.length - FORMER_CONFIGURATIONS * workerCount(context.fleet);
  for (const { pid, startTime } of former.slice(0, Math.max(0, many)))
    context.driver.signal({ pid, startTime, log: master.log }, "SIGTERM", "leader");
}

/**
 * Connections that the instance has accepted and not closed. Those that are kept idle are counted while it is attached;
 * once it is detached nobody keeps any: workers that are leaving close theirs, and the others know it no more.
 */
async function inFlight({ driver }: Context, member: Member): Promise<number> {
  return (member.port === null ? undefined : driver.connections().get(member.port)) ?? 0;
}

async function serving(context: Context): Promise<readonly MemberName[] | null> {
  try {
    return (await askRouter(context)).serving as MemberName[];
  } catch {
    return null;
  }
}

/** The free edition counts connections, not the requests of an instance. */
async function figures(): Promise<null> {
  return null;
}

/** nginx's control of the web tier. Changes wait for each other in `turns`. */
export function nginxControl(turns: Turns): Omit<BalancerControl, "follow"> {
  return { serve: (context) => turns.take(() => serve(context)), inFlight, serving, figures };
}
