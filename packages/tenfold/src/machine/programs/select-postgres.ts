import { readdir, readFile } from "node:fs/promises";
import type { Machine, Program } from "../../fleet/machine.ts";
import type { Paths } from "../../fleet/paths.ts";

/** The major version that a fleet's data was made with; `null` when it has none. */
async function majorOfData({ home }: Paths): Promise<number | null> {
  const directories = await readdir(`${home}/data`).catch(() => []);
  for (const name of directories.filter((entry) => /^postgres-\d+$/.test(entry))) {
    const text = await readFile(`${home}/data/${name}/PG_VERSION`, "utf8").catch(() => null);
    if (text !== null) return Number(text.trim());
  }
  return null;
}

/** The machine with the PostgreSQL that can read the fleet's data, where several are installed. */
export async function withPostgresOf(machine: Machine, paths: Paths): Promise<Machine> {
  const newest = machine.programs.postgres;
  const major = await majorOfData(paths);
  if (newest === undefined || major === null) return machine;
  const fitting: Program | undefined = [newest, ...(newest.others ?? [])].find(({ version }) => version[0] === major);
  return fitting === undefined ? machine : { ...machine, programs: { ...machine.programs, postgres: fitting } };
}
