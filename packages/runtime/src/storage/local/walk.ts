import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { RESERVED } from "../key.ts";
import { codeOf } from "./directory.ts";

/** Keys of files below a directory that begin with `prefix` and come after `after`, in the order of their bytes. */
export async function* walk(root: string, prefix: string, after: string): AsyncGenerator<string> {
  yield* walkDirectory(root, prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix, after);
}

async function* walkDirectory(root: string, directory: string, prefix: string, after: string): AsyncGenerator<string> {
  for (const { key, isDirectory } of await entries(root, directory)) {
    // A directory is left out only when all of its keys come before.
    if (!key.startsWith(prefix) && !(isDirectory && prefix.startsWith(key))) continue;
    if (isDirectory) {
      if (after === "" || after.startsWith(key) || compare(key, after) > 0)
        yield* walkDirectory(root, key, prefix, after);
    } else if (after === "" || compare(key, after) > 0) yield key;
  }
}

async function entries(root: string, directory: string): Promise<{ key: string; isDirectory: boolean }[]> {
  return (await readDirectory(join(root, directory)))
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .filter(({ name }) => directory !== "" || name !== RESERVED)
    .map((entry) => ({
      key: `${directory}${entry.name}${entry.isDirectory() ? "/" : ""}`,
      isDirectory: entry.isDirectory(),
    }))
    .sort((a, b) => compare(a.key, b.key));
}

async function readDirectory(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return [];
    throw error;
  }
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
