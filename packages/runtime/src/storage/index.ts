export { LocalStorage, type LocalStorageOptions } from "./local/local-storage.ts";
export { S3Storage, type S3StorageOptions } from "./s3/s3-storage.ts";
export type {
  Body,
  ByteRange,
  GetOptions,
  LinkOptions,
  ListOptions,
  OpenedFile,
  Storage,
  StoredFile,
} from "./storage.ts";

import type { Context } from "../context/index.ts";
import { Fault } from "../fault/index.ts";
import { LocalStorage, type LocalStorageOptions } from "./local/local-storage.ts";
import { S3Storage, type S3StorageOptions } from "./s3/s3-storage.ts";
import type { Storage } from "./storage.ts";

export interface StorageOptions {
  /** Files in a directory. Its path is by default that of STORAGE_DIR. */
  readonly local?: Partial<LocalStorageOptions> | undefined;
  /** Files in a bucket instead. */
  readonly s3?: S3StorageOptions | undefined;
}

/**
 * Files that all instances share: in the directory of STORAGE_DIR unless something else is said. Faults: `TF_RT_OPTION`,
 * `TF_RT_NOT_CONFIGURED`.
 */
export function openStorage(context: Context, { local, s3 }: StorageOptions = {}): Storage {
  if (local !== undefined && s3 !== undefined) {
    throw new Fault("TF_RT_OPTION", "the storage is told to be both in a directory and in a bucket");
  }
  const storage = s3 !== undefined ? new S3Storage(s3) : openLocal(context, local ?? {});
  context.health.add({
    name: "storage",
    required: false,
    async check() {
      await storage.check();
      return "ok";
    },
  });
  return storage;
}

function openLocal({ environment }: Context, options: Partial<LocalStorageOptions>): LocalStorage {
  const directory = options.directory ?? environment.storageDir;
  if (directory !== null) return new LocalStorage({ ...options, directory });
  throw new Fault("TF_RT_NOT_CONFIGURED", "there is no place for files: neither STORAGE_DIR nor an option names one", {
    hint: "give the storage a directory, or a bucket of S3",
  });
}
