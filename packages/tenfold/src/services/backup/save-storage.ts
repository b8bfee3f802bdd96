import { PassThrough } from "node:stream";
import type { SavedFile } from "../../fleet/backup/manifest.ts";
import { storageDirectory } from "../../fleet/paths.ts";
import type { Context } from "../service.ts";
import type { Repository } from "./repository.ts";
import { store } from "./stream.ts";
import { toolFault, tryTool } from "./tools.ts";

/** A file changed while it was read: it is in the archive as it was when it was read. */
const CHANGED_MEANWHILE = 1;

/** Copies the files that the application's processes share. Faults: TF_BACKUP_FAILED, those of the place. */
export async function saveStorage(context: Context, repository: Repository, id: string): Promise<SavedFile> {
  const stream = new PassThrough();
  const name = repository.fileName(id, "storage");
  const [outcome, { plain, kept }] = await Promise.all([
    tryTool(context, {
      argv: ["tar", "--create", "--file=-", "--numeric-owner", "-C", storageDirectory(context.fleet.paths), "."],
      runAs: "engine",
      sink: stream,
    }),
    store(repository.place, name, { content: stream, signal: context.signal }),
  ]);
  if (outcome.code !== 0 && outcome.code !== CHANGED_MEANWHILE)
    throw toolFault(outcome, "TF_BACKUP_FAILED", "the shared files could not be copied");
  return { part: "storage", name, ...kept, plainSize: plain.size };
}
