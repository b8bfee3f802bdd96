import type { RestoreTarget } from "../../fleet/backup/choose.ts";
import type { Manifest, Part } from "../../fleet/backup/manifest.ts";
import type { Origin, Restore } from "../../fleet/backup/restore.ts";
import type { Context } from "../service.ts";
import type { ListedBackup } from "./repository.ts";

/** What is kept in a place. */
export interface Inventory {
  /** For people. */
  readonly place: string;
  /** The oldest first. */
  readonly backups: readonly ListedBackup[];
  /** The latest moment of which the log is kept, in milliseconds since 1970; `null` when none is. */
  readonly logUntil: number | null;
}

/** A dump that is to become the application's database. */
export interface Dump {
  /** Absolute. */
  readonly path: string;
  /** Of a dump of several databases, the one to take; `null`: the only one. */
  readonly database: string | null;
  /** Whether a database with tables may be replaced. */
  readonly replace: boolean;
}

/** Everything that copies data out of a fleet and into it. Every method can be called again after it was cut. */
export interface BackupControl {
  /** `null`: the fleet's own place. Faults: TF_BACKUP_PLACE, TF_BACKUP_DAMAGED. */
  inventory(context: Context, from: Origin | null): Promise<Inventory>;
  /** Copies a part into a backup that is not whole yet. Faults: TF_BACKUP_FAILED, TF_DISK_FULL, TF_BACKUP_PLACE. */
  save(context: Context, id: string, part: Part): Promise<void>;
  /** Makes a backup of what was saved. */
  seal(context: Context, id: string): Promise<Manifest>;
  /** Removes backups beyond those that are kept, log that none of them needs, and what restores have replaced. */
  prune(context: Context): Promise<void>;
  /** Tries a backup by restoring it; gives what was found, in sentences. Faults: TF_VERIFY_FAILED, TF_BACKUP_DAMAGED. */
  verify(context: Context, id: string): Promise<readonly string[]>;
  /** Takes the log from the spool to its place; gives the number of files. */
  ship(context: Context): Promise<number>;
  /** Fetches a part beside the fleet. Faults: TF_BACKUP_DAMAGED, TF_POSTGRES_DATA_VERSION, TF_RESTORE_TIME. */
  fetch(context: Context, restore: Restore, part: Part): Promise<void>;
  /** Plays the log back over what was fetched. Faults: TF_RESTORE_TIME, TF_RESTORE_FAILED. */
  recover(context: Context, restore: Restore): Promise<void>;
  /** Puts a part in its place; what was there is kept beside. */
  replace(context: Context, restore: Restore, part: Part): Promise<void>;
  /** Undoes all replacements. */
  putBack(context: Context, restore: Restore): Promise<void>;
  /** Forgets what was fetched and not used, and what earlier restores have replaced. */
  finish(context: Context, restore: Restore, succeeded: boolean): Promise<void>;
  /** Writes down in the log that it is whole until now. */
  mark(context: Context): Promise<void>;
  /** Removes what attempts at restores have fetched, but for this one. */
  clear(context: Context, restore: Restore): Promise<void>;
  /** Ends a try that an engine, which died, has left: its copy, and a replica that stands still. */
  tidy(context: Context): Promise<void>;
  /** Loads a dump into a database beside the application's. Faults: TF_IMPORT_FILE, TF_IMPORT_FAILED, TF_IMPORT_OCCUPIED. */
  load(context: Context, dump: Dump): Promise<void>;
  /** The loaded database takes the name of the application's; gives the name of the former one, if it had tables. */
  exchange(context: Context): Promise<string | null>;
}

export type { RestoreTarget };
