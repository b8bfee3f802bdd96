import { createReadStream } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { systemCode } from "../../fault/system.ts";
import { keptName, parseHistory, parseLogFile, segmentName, segmentOf } from "../../fleet/backup/log-file.ts";
import { logSpool } from "../../fleet/paths.ts";
import type { Context } from "../service.ts";
import { hashFile, logFilesIn, readLogHeader, readSystem } from "./log-files.ts";
import { primaryOnDisk, serverDirectories } from "./on-disk.ts";
import { openRepository } from "./open-place.ts";
import { ensureOwner } from "./owner.ts";
import type { Repository } from "./repository.ts";
import { store } from "./stream.ts";

/**
 * Takes what the servers have put into the spool to where it is kept, one file after the other. The servers themselves
 * only copy within the machine, so that neither a slow store nor an engine that is gone holds them up.
 */
export class LogShipper {
  /** What is kept of each line of data, by the repository and the line: PostgreSQL's names and hashes. */
  readonly #kept = new Map<string, Map<string, string>>();
  #busy: Promise<unknown> = Promise.resolve();

  /** Gives how many files were taken. Faults: those of the place; what is in the spool stays there. */
  ship(context: Context): Promise<number> {
    const next = this.#busy.then(() => this.#ship(context));
    this.#busy = next.catch(() => {});
    return next;
  }

  /** Forgets what it knows of the place, where somebody has removed something. */
  forget(): void {
    this.#kept.clear();
  }

  async #ship(context: Context): Promise<number> {
    const spool = logSpool(context.fleet.paths);
    const names = await logFilesIn(spool);
    if (names.length === 0) return 0;
    const repository = openRepository(context.fleet, null);
    await ensureOwner(repository, context.fleet);
    const primary = primaryOnDisk(context);
    const current = primary === null ? null : await readSystem(primary);
    for (const name of names) {
      context.signal.throwIfAborted();
      const path = `${spool}/${name}`;
      const system = (await readLogHeader(path))?.system ?? current;
      const file = parseLogFile(name);
      if (file?.kind === "history") {
        if (current === null) continue;
        await this.#fillGap(context, repository, { system: current, history: path });
        await this.#keep(context, repository, { system: current, name, path });
      } else if (system !== null) await this.#keep(context, repository, { system, name, path });
      await rm(path, { force: true });
    }
    return names.length;
  }

  async #keep(
    { signal }: Context,
    repository: Repository,
    { system, name, path }: { readonly system: string; readonly name: string; readonly path: string },
  ): Promise<void> {
    const kept = await this.#known(repository, system);
    const sha256 = await hashFile(path);
    if (kept.get(name) === sha256) return;
    const { mtimeMs } = await stat(path);
    const as = repository.logName(system, keptName(name, sha256, mtimeMs));
    await store(repository.place, as, { content: createReadStream(path), signal });
    kept.set(name, sha256);
  }

  async #known(repository: Repository, system: string): Promise<Map<string, string>> {
    const key = `${repository.place.title} ${system}`;
    let known = this.#kept.get(key);
    if (known === undefined) {
      known = new Map((await repository.log(system)).map(({ name, sha256 }) => [name, sha256]));
      this.#kept.set(key, known);
    }
    return known;
  }

  /**
   * A primary that dies may take the last whole files of the log with it before it has put them into the spool, and a
   * replica that is promoted does not do it for the timeline before its own. It has them, as the other servers do.
   */
  async #fillGap(
    context: Context,
    repository: Repository,
    { system, history }: { readonly system: string; readonly history: string },
  ): Promise<void> {
    const fork = parseHistory(await readFile(history, "utf8")).at(-1);
    if (fork === undefined) return;
    const kept = await this.#known(repository, system);
    const numbers = [...kept.keys()].flatMap((name) => {
      const file = parseLogFile(name);
      return file?.kind === "segment" ? [file.number] : [];
    });
    if (numbers.length === 0) return;
    const end = segmentOf(fork.at);
    for (let number = Math.max(...numbers.filter((one) => one < end), 0) + 1; number < end; number += 1) {
      const name = segmentName(fork.timeline, number);
      if (kept.has(name)) continue;
      const path = await this.#findOnServers(context, name, system);
      if (path !== null) await this.#keep(context, repository, { system, name, path });
    }
  }

  async #findOnServers(context: Context, name: string, system: string): Promise<string | null> {
    for (const directory of await serverDirectories(context)) {
      const path = `${directory}/pg_wal/${name}`;
      const header = await readLogHeader(path).catch((error: unknown) => {
        if (systemCode(error) === undefined) throw error;
        return null;
      });
      if (header?.system === system && name.endsWith(segmentName(0, header.number).slice(8))) return path;
    }
    return null;
  }
}
