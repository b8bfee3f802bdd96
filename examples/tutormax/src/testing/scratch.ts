import { chown, mkdtemp, readdir, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serviceAccount } from "./account.ts";

/** A directory for the data of servers, which is removed with all that is in it. */
export class Scratch implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<Scratch> {
    const path = await mkdtemp(join(tmpdir(), "tutormax-"));
    const { uid, gid } = serviceAccount();
    if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
    return new Scratch(path);
  }

  /** Throws when the directory is still there, or when a process works in it. */
  async assertGone(): Promise<void> {
    const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const directories = await Promise.all(processes.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
    const left = processes.filter((_, index) => directories[index]?.startsWith(this.path));
    if (left.length > 0) throw new Error(`processes are left in ${this.path}: ${left.join(", ")}`);
    if (await stat(this.path).catch(() => null)) throw new Error(`${this.path} is left`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
