import { createReadStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Fault } from "../../fault/fault.ts";
import type { SavedFile } from "../../fleet/backup/manifest.ts";
import { memberNamed } from "../../fleet/data.ts";
import type { Member } from "../../fleet/member.ts";
import { dataDirectory } from "../../fleet/paths.ts";
import type { RedisConnections } from "../redis/connections.ts";
import type { Context } from "../service.ts";
import type { Repository } from "./repository.ts";
import { store } from "./stream.ts";
import { COPY_WITHIN, redisCheckProgram, toolFault, tryTool } from "./tools.ts";

const LOOK_EVERY_MS = 25;

/** A field of what `INFO persistence` answers. */
function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim();
}

/** Has the server write its data to `dump.rdb`. It may have been writing one already; that one is not ours. */
async function snapshot({ fleet, signal }: Context, connections: RedisConnections, master: Member): Promise<void> {
  const ask = async (...words: readonly string[]): Promise<string> =>
    String(await connections.send(fleet, master, ...words));
  const deadline = Date.now() + COPY_WITHIN;
  const idle = async (): Promise<string> => {
    for (;;) {
      const info = await ask("INFO", "persistence");
      if (field(info, "rdb_bgsave_in_progress") === "0" && field(info, "aof_rewrite_in_progress") === "0") return info;
      signal.throwIfAborted();
      if (Date.now() > deadline) throw new Error("it is busy with another one");
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  await idle();
  await ask("BGSAVE");
  const status = field(await idle(), "rdb_last_bgsave_status");
  if (status !== "ok") throw new Error(`BGSAVE ended with ${status}`);
}

/** Copies the master's data. Faults: TF_BACKUP_FAILED, TF_DISK_FULL, those of the place. */
export async function saveRedis(
  context: Context,
  connections: RedisConnections,
  { repository, id }: { readonly repository: Repository; readonly id: string },
): Promise<SavedFile> {
  const { fleet, signal } = context;
  if (fleet.topology.redisMaster === null) throw new Error("no Redis to save");
  const master = memberNamed(fleet, fleet.topology.redisMaster);
  try {
    await snapshot(context, connections, master);
  } catch (error) {
    signal.throwIfAborted();
    throw new Fault("TF_BACKUP_FAILED", `${master.name} did not write its data out: ${(error as Error).message}`, {
      hint: `tenfold logs ${master.name} says more: a full disk, or too little memory for a fork`,
    });
  }
  const directory = dataDirectory(fleet.paths, master.name);
  const taken = `${directory}/backup-${id}.rdb`;
  await rename(`${directory}/dump.rdb`, taken);
  try {
    const check = await tryTool(context, { argv: [redisCheckProgram(context), taken], runAs: "service" });
    if (check.code !== 0) throw toolFault(check, "TF_BACKUP_FAILED", `what ${master.name} wrote out is not sound`);
    const name = repository.fileName(id, "redis");
    const { plain, kept } = await store(repository.place, name, { content: createReadStream(taken), signal });
    return { part: "redis", name, ...kept, plainSize: plain.size };
  } finally {
    await rm(taken, { force: true });
  }
}
