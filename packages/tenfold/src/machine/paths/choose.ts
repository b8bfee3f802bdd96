import { createHash } from "node:crypto";
import { access, constants, readdir, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { Fault } from "../../fault/fault.ts";
import type { User } from "../../fleet/machine.ts";
import type { Paths } from "../../fleet/paths.ts";
import { nameFrom } from "../../spec/name-from.ts";
import { quote } from "../../units/quote.ts";
import { firstClosed } from "../access/reach.ts";
import { SERVICE_HOME } from "../users/service-user.ts";

/** Bytes that a socket's address holds, without the zero at its end: 107 on Linux, 103 on macOS. */
const SOCKET_BYTES = process.platform === "linux" ? 107 : 103;

/**
 * Room for the longest name below `run`: `/balancer-1-master.sock`, to which HAProxy adds `.<pid>.tmp` while it binds.
 * PostgreSQL's `/.s.PGSQL.20001.lock` is shorter.
 */
const SOCKET_ROOM = Buffer.byteLength("/balancer-1-master.sock.4194304.tmp") + 5;

export interface PathsRequest {
  /** The directory that holds the fleet's file. */
  readonly project: string;
  /** Who services run as. */
  readonly user: User;
}

/** Eight letters that differ between projects of the same name. */
function fingerprint(project: string): string {
  return createHash("sha256").update(project).digest("hex").slice(0, 8);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function holdsData(home: string): Promise<boolean> {
  const entries = await readdir(join(home, "data")).catch(() => []);
  return entries.length > 0;
}

async function mustBeWritable(path: string, hint: string): Promise<void> {
  const writable = await access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (writable) return;
  throw new Fault("TF_NOT_WRITABLE", `${path} cannot be written, and the fleet keeps its state there`, { hint });
}

/** For what was there before: somebody else made it. */
function takeover(path: string): string {
  return `It may have been started as root before: do so again, or take it over with: sudo chown -R "$USER" ${quote(path)}`;
}

async function chooseHome(project: string, state: string, user: User): Promise<string> {
  const apart = `${SERVICE_HOME}/${nameFrom(basename(project))}-${fingerprint(project)}`;
  // Where a fleet has data already, it stays, even if the project can be reached by now.
  if (await holdsData(apart)) {
    await mustBeWritable(apart, takeover(apart));
    return apart;
  }
  const closed = await firstClosed((await isThere(state)) ? state : project, user);
  if (closed === null) return state;
  if (await holdsData(state)) {
    throw new Fault("TF_NOT_WRITABLE", `the fleet's data is in ${state}, and user ${user.name} cannot pass ${closed}`, {
      hint: `Let it pass with: chmod o+x ${quote(closed)}`,
    });
  }
  return apart;
}

/**
 * Where a fleet keeps what. Paths are real ones, so that a project reached through a link is the same fleet. The answer
 * stays the same for as long as the fleet has data. Makes nothing: `makeDirectories` does. Faults: TF_NOT_WRITABLE.
 */
export async function choosePaths({ project, user }: PathsRequest): Promise<Paths> {
  const real = await realpath(project);
  const state = join(real, ".tenfold");
  if (await isThere(state)) await mustBeWritable(state, takeover(state));
  else await mustBeWritable(real, "Start Tenfold as the user who owns the directory.");
  const home = await chooseHome(real, state, user);
  const near = join(home, "run");
  const run = Buffer.byteLength(near) + SOCKET_ROOM <= SOCKET_BYTES ? near : `/tmp/tenfold-${fingerprint(real)}`;
  return { project: real, state, home, run };
}
