import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, readdir, readFile, readlink, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../fault/fault.ts";
import { systemFault } from "../fault/system.ts";
import type { User } from "../fleet/machine.ts";
import type { CodeSource, ReleaseStore, TakenCode } from "./release-store.ts";

/** Runs a program to its end and gives what it said on its standard error when it failed. */
function run(program: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4096);
    });
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0 ? null : said.trim() || `exit code ${code}`));
  });
}

function copyFault(said: string, directory: string): Fault {
  if (/No space left|Disk quota exceeded/i.test(said)) {
    return new Fault("TF_DISK_FULL", `the disk is full: the code could not be copied to ${directory}`, {
      hint: "free some space (df -h shows where), or name what need not be copied in deploy.exclude; the old release serves on",
    });
  }
  return new Fault("TF_RELEASE_CODE", `the code could not be copied to ${directory}`, {
    lines: said.split("\n").slice(-10),
  });
}

/** The content of a file, the target of a link; with what decides how it is used. */
async function describe(path: string, hash: ReturnType<typeof createHash>): Promise<void> {
  const found = await lstat(path);
  hash.update(`${found.mode & 0o777}\0`);
  if (found.isSymbolicLink()) hash.update(await readlink(path));
  else if (found.isFile()) hash.update(await readFile(path));
}

/** A fingerprint of all files below a directory: names, modes, contents; not times or owners. */
export async function hashOfDirectory(directory: string): Promise<string> {
  const hash = createHash("sha256");
  const visit = async (below: string): Promise<void> => {
    const entries = await readdir(join(directory, below), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      hash.update(`${path}\0`);
      if (entry.isDirectory()) await visit(path);
      else await describe(join(directory, path), hash);
    }
  };
  await visit("");
  return hash.digest("hex").slice(0, 32);
}

/**
 * Releases as directories beside each other. A copy is made under another name and renamed when it is whole; it belongs
 * to the application's user, whose build may write in it. Files are copied, sharing blocks where the file system can;
 * they are never linked, since a release that writes into a file would change the one before it.
 */
export class DirectoryStore implements ReleaseStore {
  readonly #root: string;
  readonly #owner: User;

  constructor(root: string, owner: User) {
    this.#root = root;
    this.#owner = owner;
  }

  async take(release: number, source: CodeSource): Promise<TakenCode> {
    const directory = `${this.#root}/${release}`;
    const incoming = `${directory}.new`;
    try {
      await mkdir(this.#root, { recursive: true, mode: 0o755 });
      await chmod(this.#root, 0o755);
      await rm(incoming, { recursive: true, force: true });
      if (source.kind === "directory") await this.#copy(source, incoming);
      else await rename(source.directory, incoming);
      await this.#give(incoming);
      const hash = await hashOfDirectory(incoming);
      await rm(directory, { recursive: true, force: true });
      await rename(incoming, directory);
      return { directory, hash };
    } catch (error) {
      await rm(incoming, { recursive: true, force: true });
      throw systemFault(error, directory);
    }
  }

  async remove(release: number): Promise<void> {
    await rm(`${this.#root}/${release}`, { recursive: true, force: true });
  }

  async #copy({ directory, exclude }: Extract<CodeSource, { kind: "directory" }>, target: string): Promise<void> {
    await mkdir(target, { mode: 0o755 });
    const names = (await readdir(directory)).filter((name) => !exclude.includes(name) && !exclude.includes(`/${name}`));
    if (names.length > 0) {
      const said = await run("cp", ["-a", "--reflink=auto", ...names.map((name) => join(directory, name)), target]);
      if (said !== null) throw copyFault(said, target);
    }
    // Excluded names count at every depth; what cp brought along goes again.
    await removeNamed(target, new Set(exclude));
  }

  async #give(directory: string): Promise<void> {
    if (process.getuid?.() !== 0) return;
    const said = await run("chown", ["-R", "-h", `${this.#owner.uid}:${this.#owner.gid}`, directory]);
    if (said !== null) throw copyFault(said, directory);
  }
}

async function removeNamed(directory: string, names: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (names.has(entry.name)) await rm(path, { recursive: true, force: true });
    // Dependencies have no fleets or repositories of their own that matter.
    else if (entry.isDirectory() && entry.name !== "node_modules") await removeNamed(path, names);
  }
}
