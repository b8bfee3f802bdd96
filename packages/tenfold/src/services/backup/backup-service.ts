import { Fault } from "../../fault/fault.ts";
import { parseLogFile } from "../../fleet/backup/log-file.ts";
import type { Manifest, Part, SavedFile, SavedPostgres } from "../../fleet/backup/manifest.ts";
import type { Origin, Restore } from "../../fleet/backup/restore.ts";
import { expiredBackups, expiredLog } from "../../fleet/backup/retention.ts";
import { restoreDirectory } from "../../fleet/paths.ts";
import { VERSION } from "../../fleet/version.ts";
import { localPostgres } from "../../spec/local.ts";
import { RedisConnections } from "../redis/connections.ts";
import type { Context } from "../service.ts";
import type { BackupControl, Dump, Inventory } from "./control.ts";
import { fetchPostgres, fetchRedis, fetchStorage } from "./fetch.ts";
import { exchangeDatabases, loadDump } from "./import.ts";
import { LogShipper } from "./log-shipper.ts";
import { homeDirectories } from "./on-disk.ts";
import { openRepository } from "./open-place.ts";
import { ensureOwner, takeOver } from "./owner.ts";
import { recover } from "./recover.ts";
import { clearReplaced, clearRestore, markRestored, putBack, replacePart } from "./replace.ts";
import type { Repository } from "./repository.ts";
import { savePostgres } from "./save-postgres.ts";
import { saveRedis } from "./save-redis.ts";
import { saveStorage } from "./save-storage.ts";
import { verifyBackup } from "./verify.ts";
import { markLog, releaseWitnesses } from "./witness.ts";

/** What was saved of a backup that is not whole yet. */
interface Unsealed {
  readonly startedAt: number;
  readonly files: Map<Part, SavedFile>;
  postgres: SavedPostgres | null;
  finishedAt: number;
}

/** Backups by PostgreSQL's, Redis's and the system's own programs, kept in a directory or in a store that speaks S3. */
export class BackupService implements BackupControl {
  readonly #connections = new RedisConnections();
  readonly #shipper = new LogShipper();
  readonly #unsealed = new Map<string, Unsealed>();
  /** By the id of a restore: the timeline that its log is played back along. */
  readonly #timelines = new Map<string, number>();

  async inventory({ fleet }: Context, from: Origin | null): Promise<Inventory> {
    const repository = openRepository(fleet, from);
    const backups = await repository.list();
    const system = backups.findLast(({ manifest }) => manifest.postgres !== null)?.manifest.postgres?.system;
    const log = system === undefined ? [] : await repository.log(system);
    const times = log.flatMap(({ name, at }) => (parseLogFile(name)?.kind === "segment" ? [at] : []));
    return { place: repository.place.title, backups, logUntil: times.length === 0 ? null : Math.max(...times) };
  }

  async save(context: Context, id: string, part: Part): Promise<void> {
    const repository = openRepository(context.fleet, null);
    await ensureOwner(repository, context.fleet);
    const unsealed = this.#unsealedOf(id);
    switch (part) {
      case "postgres": {
        const { file, postgres, finishedAt } = await savePostgres(context, repository, id);
        unsealed.files.set(part, file);
        unsealed.postgres = postgres;
        unsealed.finishedAt = finishedAt;
        return;
      }
      case "redis":
        unsealed.files.set(part, await saveRedis(context, this.#connections, { repository, id }));
        return;
      case "storage":
        unsealed.files.set(part, await saveStorage(context, repository, id));
        return;
      default:
        part satisfies never;
    }
  }

  async seal({ fleet }: Context, id: string): Promise<Manifest> {
    const { startedAt, files, postgres, finishedAt } = this.#unsealedOf(id);
    const manifest: Manifest = {
      id,
      fleet: fleet.spec.name,
      tenfold: VERSION,
      release: fleet.release.number,
      startedAt,
      finishedAt: postgres === null ? Date.now() : finishedAt,
      files: [...files.values()],
      postgres,
    };
    await openRepository(fleet, null).seal(manifest);
    this.#unsealed.delete(id);
    return manifest;
  }

  async prune(context: Context): Promise<void> {
    const { fleet } = context;
    const repository = openRepository(fleet, null);
    const manifests = await repository.manifests();
    const gone = new Set(expiredBackups(manifests, fleet.spec.backups.keep).map(({ id }) => id));
    const kept = manifests.filter(({ id }) => !gone.has(id));
    await repository.removeBackups(gone, [...this.#unsealed.keys()].at(-1) ?? null);
    for (const system of await repository.systems()) {
      const expired = expiredLog(await repository.log(system), system, kept);
      await repository.place.remove(expired.map((file) => repository.logName(system, file.kept)));
    }
    this.#shipper.forget();
    await clearReplaced(context, null);
  }

  async verify(context: Context, id: string): Promise<readonly string[]> {
    const repository = openRepository(context.fleet, null);
    const manifest = await find(repository, id);
    const { tables, rows, notes } = await verifyBackup(context, { repository, manifest });
    await repository.noteVerified(id, { at: Date.now(), tables, rows });
    return notes;
  }

  ship(context: Context): Promise<number> {
    return this.#shipper.ship(context);
  }

  async fetch(context: Context, restore: Restore, part: Part): Promise<void> {
    const repository = openRepository(context.fleet, restore.from);
    const manifest = await find(repository, restore.backup);
    const root = restoreDirectory(context.fleet.paths, restore.id);
    await context.driver.makeDirectory(root, "service", 0o711);
    const fetch = { repository, manifest, root };
    switch (part) {
      case "postgres": {
        const { timeline } = await fetchPostgres(context, fetch, restore.to);
        this.#timelines.set(restore.id, timeline);
        break;
      }
      case "redis":
        await fetchRedis(context, fetch);
        break;
      case "storage":
        await fetchStorage(context, fetch);
        break;
      default:
        part satisfies never;
    }
    await markRestored(context, restore, part);
  }

  async recover(context: Context, { id, to }: Restore): Promise<void> {
    const { fleet } = context;
    const timeline = this.#timelines.get(id);
    if (timeline === undefined) throw new Error("nothing was fetched to play the log back over");
    const settings = localPostgres(fleet.spec)?.settings ?? {};
    await recover(context, { root: restoreDirectory(fleet.paths, id), to, timeline, settings });
  }

  replace(context: Context, restore: Restore, part: Part): Promise<void> {
    return replacePart(context, restore, part);
  }

  putBack(context: Context, restore: Restore): Promise<void> {
    return putBack(context, restore);
  }

  async finish(context: Context, { id, from }: Restore, succeeded: boolean): Promise<void> {
    this.#timelines.delete(id);
    await clearRestore(context, null);
    if (!succeeded) return;
    await clearReplaced(context, id);
    if (from === null) await takeOver(openRepository(context.fleet, null), context.fleet);
  }

  mark(context: Context): Promise<void> {
    return markLog(context);
  }

  async tidy(context: Context): Promise<void> {
    await releaseWitnesses(context);
    for (const directory of await homeDirectories(context, "try-")) await context.driver.removeDirectory(directory);
  }

  clear(context: Context, { id }: Restore): Promise<void> {
    return clearRestore(context, id);
  }

  load(context: Context, dump: Dump): Promise<void> {
    return loadDump(context, dump);
  }

  exchange(context: Context): Promise<string | null> {
    return exchangeDatabases(context);
  }

  close(): void {
    this.#connections.close();
  }

  #unsealedOf(id: string): Unsealed {
    let unsealed = this.#unsealed.get(id);
    if (unsealed === undefined) {
      const now = Date.now();
      unsealed = { startedAt: now, files: new Map(), postgres: null, finishedAt: now };
      // A backup that was given up is none of this engine's business any more.
      this.#unsealed.clear();
      this.#unsealed.set(id, unsealed);
    }
    return unsealed;
  }
}

async function find(repository: Repository, id: string): Promise<Manifest> {
  const found = (await repository.manifests()).find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new Fault("TF_BACKUP_UNKNOWN", `there is no backup ${id} in ${repository.place.title}`, {
    hint: "tenfold backup --list shows those that there are",
  });
}
