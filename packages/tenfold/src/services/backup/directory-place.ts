import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Fault } from "../../fault/fault.ts";
import { systemCode, systemFault } from "../../fault/system.ts";
import type { Place, PlacedFile } from "./place.ts";

const UNFINISHED = ".unfinished";

/** A directory of this machine, or one that is mounted on it. What is in it only its owner can read. */
export class DirectoryPlace implements Place {
  readonly title: string;
  readonly #root: string;
  readonly #inProject: boolean;

  /** `root` is absolute. In a project it is kept out of version control, when it is made here. */
  constructor(root: string, inProject = false) {
    this.#root = root;
    this.#inProject = inProject;
    this.title = root;
  }

  async put(name: string, content: Readable, signal: AbortSignal): Promise<void> {
    const path = `${this.#root}/${name}`;
    const unfinished = `${path}${UNFINISHED}`;
    try {
      const made = await mkdir(this.#root, { recursive: true, mode: 0o700 });
      if (made !== undefined && this.#inProject) await writeFile(`${this.#root}/.gitignore`, "*\n", { mode: 0o600 });
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await pipeline(content, createWriteStream(unfinished, { mode: 0o600, flush: true }), { signal });
      await rename(unfinished, path);
      await syncDirectory(dirname(path));
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => {});
      throw this.#fault(error, path);
    }
  }

  async get(name: string): Promise<Readable | null> {
    const path = `${this.#root}/${name}`;
    try {
      const file = await open(path, "r");
      return file.createReadStream();
    } catch (error) {
      if (systemCode(error) === "ENOENT") return null;
      throw this.#fault(error, path);
    }
  }

  async list(prefix: string): Promise<PlacedFile[]> {
    const found: PlacedFile[] = [];
    const visit = async (below: string): Promise<void> => {
      for (const entry of await readdir(`${this.#root}/${below}`, { withFileTypes: true })) {
        const name = `${below}${entry.name}`;
        if (entry.isDirectory()) await visit(`${name}/`);
        else if (!name.endsWith(UNFINISHED)) found.push({ name, size: (await stat(`${this.#root}/${name}`)).size });
      }
    };
    try {
      await visit(prefix);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw this.#fault(error, `${this.#root}/${prefix}`);
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const path = `${this.#root}/${name}`;
      await rm(path, { force: true });
      await rm(`${path}${UNFINISHED}`, { force: true });
      // A directory goes with the last file in it.
      await rmdir(dirname(path)).catch(() => {});
    }
  }

  #fault(error: unknown, path: string): unknown {
    const known = systemFault(error, path);
    const code = systemCode(error);
    if (known instanceof Fault || code === undefined || code === "ABORT_ERR") return known;
    return new Fault("TF_BACKUP_PLACE", `${this.#root} cannot be used: ${code}`, {
      hint: "name another directory in backups.to, or make this one reachable (a mount that is gone?)",
    });
  }
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, "r");
  await directory.sync();
}
