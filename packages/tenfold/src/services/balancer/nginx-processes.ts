import type { Titled } from "../../drivers/driver.ts";
import { Fault } from "../../fault/fault.ts";
import type { Member } from "../../fleet/member.ts";
import { logFile } from "../../fleet/paths.ts";
import type { Running } from "../../fleet/state.ts";
import { nginxConfigFile } from "../../render/nginx/nginx.ts";
import { pidFileName } from "../../render/nginx/process.ts";
import { bytes } from "../../units/bytes.ts";
import type { Context } from "../service.ts";

/** What runs of an nginx. */
export interface NginxProcesses {
  readonly master: Running;
  /** Workers that accept connections, by their pids. */
  readonly workers: readonly number[];
  /** Workers that were reloaded away and finish what they carry, the oldest first. They accept nothing any more. */
  readonly former: readonly Titled[];
}

/** The title that a worker takes before it closes its listening sockets, which is the next thing it does. */
const LEAVING = "nginx: worker process is shutting down";
const WORKING = "nginx: worker process";

/** Sorts an nginx's processes by what they call themselves. */
export function sortWorkers(children: readonly Titled[]): Pick<NginxProcesses, "workers" | "former"> {
  const called = (title: string): Titled[] => children.filter((child) => child.title === title);
  return {
    workers: called(WORKING).map(({ pid }) => pid),
    former: called(LEAVING).sort((a, b) => a.startTime - b.startTime),
  };
}

/** Finds a member's nginx by its pid file, and makes sure that it is this one. Faults: TF_BALANCER_SILENT. */
export async function nginxProcesses(context: Context, member: Member): Promise<NginxProcesses> {
  const { fleet, driver } = context;
  const text = await driver.readText(`${fleet.paths.run}/${pidFileName(member)}`, bytes(32));
  const pid = Number(text?.trim() || 0);
  const [master, ...children] = pid > 1 ? driver.withChildren(pid) : [];
  // A pid that is left in the file may be another program's by now.
  if (master === undefined || !master.title.includes(nginxConfigFile(fleet, member))) {
    throw new Fault("TF_BALANCER_SILENT", `${member.name} does not run`, {
      hint: `see whether it runs: tenfold ps; tenfold logs ${member.name}`,
    });
  }
  const { startTime } = master;
  return { master: { pid, startTime, log: logFile(fleet.paths, member.name) }, ...sortWorkers(children) };
}
