import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { Fault } from "../../fault/fault.ts";
import { type KeptLogFile, parseKeptName } from "../../fleet/backup/log-file.ts";
import { isBackupId, MANIFEST_FORMAT, type Manifest, type Part } from "../../fleet/backup/manifest.ts";
import type { Place } from "./place.ts";
import { damaged, readSmall } from "./stream.ts";

const NEVER = new AbortController().signal;
const MANIFEST = "manifest.json";
const VERIFIED = "verified.json";

const ENDINGS: Readonly<Record<Part, string>> = {
  postgres: "postgres.tar.zst",
  redis: "redis.rdb.zst",
  storage: "storage.tar.zst",
};

/** What a restore of a backup, for a try, has found. */
export interface Verification {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly tables: number;
  readonly rows: number;
}

/** A backup in a list. */
export interface ListedBackup {
  readonly manifest: Manifest;
  readonly verified: Verification | null;
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The backups of a fleet in a place: `<fleet>/backups/<id>/...` and `<fleet>/log/<system>/...`. */
export class Repository {
  readonly place: Place;
  readonly #root: string;

  constructor(place: Place, fleet: string) {
    this.place = place;
    this.#root = `${fleet}/`;
  }

  /** The file that says whose backups these are. */
  get ownerName(): string {
    return `${this.#root}owner.json`;
  }

  fileName(id: string, part: Part): string {
    return `${this.#root}backups/${id}/${ENDINGS[part]}`;
  }

  logName(system: string, kept: string): string {
    return `${this.#root}log/${system}/${kept}`;
  }

  /** Makes a backup of what was saved: it is there from now on. */
  async seal(manifest: Manifest): Promise<void> {
    const text = JSON.stringify(manifest);
    const whole = `{"format":${MANIFEST_FORMAT},"checksum":"${checksum(text)}","backup":${text}}\n`;
    await this.#write(`${this.#root}backups/${manifest.id}/${MANIFEST}`, whole);
  }

  async noteVerified(id: string, found: Verification): Promise<void> {
    await this.#write(`${this.#root}backups/${id}/${VERIFIED}`, `${JSON.stringify(found)}\n`);
  }

  /** Whole backups, the oldest first. Fault: TF_BACKUP_DAMAGED when a manifest cannot be read. */
  async manifests(): Promise<Manifest[]> {
    return (await this.list()).map(({ manifest }) => manifest);
  }

  async list(): Promise<ListedBackup[]> {
    const names = (await this.place.list(`${this.#root}backups/`)).map(({ name }) => name);
    const ids = names.flatMap((name) => (name.endsWith(`/${MANIFEST}`) ? [name.split("/").at(-2) ?? ""] : []));
    const known = new Set(names);
    const read = async (id: string): Promise<ListedBackup> => ({
      manifest: await this.#manifest(id),
      verified: known.has(`${this.#root}backups/${id}/${VERIFIED}`) ? await this.#verified(id) : null,
    });
    const found = await Promise.all(ids.filter(isBackupId).map(read));
    return found.sort((a, b) => (a.manifest.id < b.manifest.id ? -1 : 1));
  }

  /** Names of lines of data of which something of the log is kept. */
  async systems(): Promise<string[]> {
    const names = (await this.place.list(`${this.#root}log/`)).map(({ name }) => name.split("/").at(-2) ?? "");
    return [...new Set(names)];
  }

  /** What is kept of the log of a line of data, by name. Of two copies under one name the first one counts. */
  async log(system: string): Promise<KeptLogFile[]> {
    const files = await this.place.list(this.logName(system, ""));
    const kept = files.flatMap(({ name, size }) => parseKeptName(name.split("/").at(-1) ?? "", size) ?? []);
    const first = new Map<string, KeptLogFile>();
    for (const file of kept.sort((a, b) => a.at - b.at)) if (!first.has(file.name)) first.set(file.name, file);
    return [...first.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Removes backups, and what is left of those that were never whole; not the one that is being made. */
  async removeBackups(ids: ReadonlySet<string>, except: string | null): Promise<void> {
    const files = await this.place.list(`${this.#root}backups/`);
    const whole = new Set(files.flatMap(({ name }) => (name.endsWith(`/${MANIFEST}`) ? [name.split("/").at(-2)] : [])));
    const isGone = (id: string): boolean => id !== except && (ids.has(id) || !whole.has(id));
    const names = files.map(({ name }) => name).filter((name) => isGone(name.split("/").at(-2) ?? ""));
    // Without its manifest it is none any more, whatever happens to the rest.
    await this.place.remove(names.toSorted((a, b) => Number(b.endsWith(MANIFEST)) - Number(a.endsWith(MANIFEST))));
  }

  async #write(name: string, text: string): Promise<void> {
    await this.place.put(name, Readable.from([Buffer.from(text)]), NEVER);
  }

  async #manifest(id: string): Promise<Manifest> {
    const name = `${this.#root}backups/${id}/${MANIFEST}`;
    const text = (await readSmall(this.place, name, NEVER)) ?? "";
    const envelope = parseJson(text);
    if (typeof envelope?.format === "number" && envelope.format > MANIFEST_FORMAT)
      throw new Fault("TF_STATE_NEWER", `${name} in ${this.place.title} was written by a newer Tenfold`, {
        hint: "use the newer version of Tenfold for these backups (npm install --global tenfold@latest)",
      });
    if (envelope === undefined || envelope.checksum !== checksum(JSON.stringify(envelope.backup)))
      throw damaged(this.place, name, "is damaged: its checksum is wrong");
    return envelope.backup as Manifest;
  }

  async #verified(id: string): Promise<Verification | null> {
    const text = await readSmall(this.place, `${this.#root}backups/${id}/${VERIFIED}`, NEVER);
    return (parseJson(text ?? "") as unknown as Verification | undefined) ?? null;
  }
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
