import { userInfo } from "node:os";
import { Fault } from "../../fault/fault.ts";
import type { Machine, User } from "../../fleet/machine.ts";
import { makeSystemUser } from "./make.ts";
import { lookUpUser } from "./passwd.ts";

/** The system's user that members run as when Tenfold is started as root and the file names none. */
export const SERVICE_USER = "tenfold";

/** Its home: fleets whose project it cannot reach keep their data there. */
export const SERVICE_HOME = "/var/lib/tenfold";

export interface UserRequest {
  /** The one that the file names; `null`: the default. */
  readonly user: string | null;
}

/** Whoever runs this process. */
export function currentUser(): User {
  const { username, uid, gid, homedir } = userInfo();
  return { name: username, uid, gid, home: homedir };
}

/**
 * Who members run as: the current user, unless that is root. `null` when it is root, the file names nobody, and the
 * default user does not exist yet. Faults: TF_USER.
 */
async function observeServiceUser({ user }: UserRequest): Promise<User | null> {
  const current = currentUser();
  if (current.uid !== 0) {
    if (user === null || user === current.name) return current;
    throw new Fault("TF_USER", `the file says user: ${user}, and only root can start processes as another user`, {
      hint: `Remove the line, and everything runs as ${current.name}; or start Tenfold as root.`,
    });
  }
  const found = await lookUpUser(user ?? SERVICE_USER);
  if (found === null && user !== null) {
    throw new Fault("TF_USER", `the file says user: ${user}, and this system has no such user`, {
      hint: `Make it with: useradd --system --no-create-home --shell /usr/sbin/nologin ${user}`,
    });
  }
  if (found?.uid === 0) {
    throw new Fault("TF_USER", `the file says user: ${found.name}, which is root: PostgreSQL refuses to run as root`, {
      hint: `Remove the line: Tenfold then uses the unprivileged user ${SERVICE_USER}.`,
    });
  }
  return found;
}

/**
 * Users of the engine, the services and the application. Where the default user does not exist yet, all three are the
 * current one: `ensureServiceUser` makes it before anything is started. Faults: TF_USER.
 */
export async function observeUsers(request: UserRequest): Promise<Machine["users"]> {
  const engine = currentUser();
  const service = (await observeServiceUser(request)) ?? engine;
  return { engine, service, application: service };
}

/**
 * The user that members run as, made when it is missing and Tenfold runs as root. Idempotent, also when two start at
 * once. Faults: TF_USER.
 */
export async function ensureServiceUser(request: UserRequest): Promise<User> {
  const existing = await observeServiceUser(request);
  if (existing !== null) return existing;
  return makeSystemUser(SERVICE_USER, SERVICE_HOME);
}
