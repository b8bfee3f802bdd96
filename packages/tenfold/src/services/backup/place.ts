import type { Readable } from "node:stream";

export interface PlacedFile {
  readonly name: string;
  readonly size: number;
}

/**
 * Where backups are kept: names with slashes, and contents. Every method is idempotent.
 * Faults: TF_BACKUP_PLACE when it cannot be reached or does not let us in, TF_DISK_FULL, TF_NOT_WRITABLE.
 */
export interface Place {
  /** For people, in messages. Never holds a key. */
  readonly title: string;
  /** Whole or not at all: a reader never sees a part. */
  put(name: string, content: Readable, signal: AbortSignal): Promise<void>;
  /** `null` when there is no such file. */
  get(name: string, signal: AbortSignal): Promise<Readable | null>;
  /** All files below a name that ends with a slash, in the order of their names. */
  list(prefix: string): Promise<PlacedFile[]>;
  remove(names: readonly string[]): Promise<void>;
}
