import { readdir } from "node:fs/promises";
import { systemCode } from "../../fault/system.ts";
import { dataDirectory } from "../../fleet/paths.ts";
import type { Context } from "../service.ts";

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** The data directories of members of a kind, also of those that the fleet no longer asks for. */
export async function dataDirectories({ fleet }: Context, kind: "postgres" | "redis" | "sentinel"): Promise<string[]> {
  const names = await namesIn(`${fleet.paths.home}/data`);
  const own = names.filter((name) => new RegExp(`^${kind}-\\d+$`).test(name));
  return own.sort().map((name) => `${fleet.paths.home}/data/${name}`);
}

export function serverDirectories(context: Context): Promise<string[]> {
  return dataDirectories(context, "postgres");
}

/** The primary's data directory; `null` for a fleet without PostgreSQL. */
export function primaryOnDisk({ fleet }: Context): string | null {
  const { postgresPrimary } = fleet.topology;
  return postgresPrimary === null ? null : dataDirectory(fleet.paths, postgresPrimary);
}

/** Directories in the fleet's home that were left by an interrupted restore, or kept by one: `restore-...`. */
export async function homeDirectories({ fleet }: Context, prefix: string): Promise<string[]> {
  const names = await namesIn(fleet.paths.home);
  return names.filter((name) => name.startsWith(prefix)).map((name) => `${fleet.paths.home}/${name}`);
}
