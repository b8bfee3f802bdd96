import type { Member, MemberName } from "../../fleet/member.ts";
import { configFile, logFile } from "../../fleet/paths.ts";
import { seconds } from "../../units/millis.ts";
import type { Port } from "../../units/port.ts";
import { openSuperuser, type Session } from "../postgres/client.ts";
import type { Context } from "../service.ts";
import { COPY_WITHIN, postgresProgram } from "./tools.ts";

/** Only the name of a socket: the server listens on no port. */
const SOCKET = 65_001;
const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;
const NAME = "backup-check" as MemberName;

/** A server on data that is tried and thrown away. */
export interface ScratchServer extends AsyncDisposable {
  readonly port: number;
  open(database: string): Promise<Session & AsyncDisposable>;
}

/**
 * Starts a server on a data directory, reachable through the socket alone. An engine that dies leaves it to the next
 * one, which ends it by its log.
 */
export async function startScratch(context: Context, data: string): Promise<ScratchServer> {
  const { driver, fleet, signal } = context;
  const leader = fleet.topology.postgresPrimary;
  const settings = {
    listen_addresses: "",
    unix_socket_directories: fleet.paths.run,
    unix_socket_permissions: "0700",
    port: `${SOCKET}`,
    hba_file: configFile(fleet.paths, `${leader}.hba.conf`),
    ident_file: configFile(fleet.paths, `${leader}.ident.conf`),
    cluster_name: `${fleet.spec.name}/${NAME}`,
    shared_preload_libraries: "",
    synchronous_standby_names: "",
    archive_mode: "off",
    fsync: "off",
    shared_buffers: "32MB",
    max_connections: "20",
    logging_collector: "off",
  };
  const running = await driver.start(NAME, {
    argv: [
      postgresProgram(context, "postgres"),
      "-D",
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C.UTF-8", PGTZ: "UTC" },
    cwd: fleet.paths.home,
    runAs: "service",
    log: logFile(fleet.paths, NAME),
    stop: { signal: "SIGINT", grace: seconds(30) },
    memory: false,
    cpu: false,
  });
  const ended = new Promise<void>((resolve) => driver.onEnd(running, () => resolve()));
  const member = { name: NAME, port: SOCKET as Port } as Member;
  const open = (database: string): Promise<Session & AsyncDisposable> =>
    openSuperuser(fleet, member, { database, within: COPY_WITHIN });
  const stop = async (): Promise<void> => {
    driver.signal(running, "SIGINT", "leader");
    const timer = setTimeout(() => driver.signal(running, "SIGKILL", "session"), 30_000);
    await ended;
    clearTimeout(timer);
  };
  const deadline = Date.now() + READY_WITHIN_MS;
  try {
    for (;;) {
      signal.throwIfAborted();
      try {
        await using session = await open("postgres");
        await session.query("SELECT 1");
        return { port: SOCKET, open, [Symbol.asyncDispose]: stop };
      } catch (error) {
        if (!driver.isAlive(running)) throw new Error("the server of the restored copy ended at once");
        if (Date.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  } catch (error) {
    await stop();
    throw error;
  }
}
