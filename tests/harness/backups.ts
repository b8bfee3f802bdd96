import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "./project.ts";

/** What psql answers, a line a row. */
export async function values(project: Project, sql: string): Promise<string[]> {
  const { stdout } = await project.tenfold("psql", "-Atc", sql);
  return stdout.trim().split("\n");
}

export interface Listed {
  readonly backups: readonly {
    readonly backup: string;
    readonly parts: readonly string[];
    readonly verified: unknown;
  }[];
  readonly place: string;
  readonly logUntil: string | null;
}

/** `backup --list --json`, the newest first. */
export async function list(project: Project): Promise<Listed> {
  return JSON.parse((await project.tenfold("backup", "--list", "--json")).stdout) as Listed;
}

export async function newest(project: Project): Promise<string> {
  return (await list(project)).backups[0]?.backup ?? "";
}

/** A moment by the clock of the database, with a commit before it and one after it that it tells apart. */
export async function moment(project: Project): Promise<string> {
  const at = "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || 'Z'";
  return (await values(project, at))[0] ?? "";
}

export function files(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
}

/** Every file of a backup but its manifest, by its ending. */
export function fileOf(project: Project, backup: string, ending: string): string {
  const found = files(project.path("kept", "shop", "backups", backup)).find((path) => path.endsWith(ending));
  assert.ok(found !== undefined, `no ${ending} in backup ${backup}`);
  return found;
}
