import { createSecretKey, type KeyObject } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { access, constants, lstat, mkdir } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isAbsolute, join, resolve } from "node:path";
import { Fault } from "../../fault/index.ts";
import { contentType } from "../content-type.ts";
import { checkKey, checkPrefix } from "../key.ts";
import { resolveLink, resolveRange } from "../options.ts";
import type { Body, GetOptions, LinkOptions, ListOptions, OpenedFile, Storage, StoredFile } from "../storage.ts";
import {
  awayFault,
  codeOf,
  notStale,
  openFile,
  removeAbandoned,
  removeFile,
  replaceFile,
  storageFault,
} from "./directory.ts";
import { FileHandler } from "./handler.ts";
import { signLink } from "./links.ts";
import { sharedSecret } from "./secret.ts";
import { walk } from "./walk.ts";

export interface LocalStorageOptions {
  /** Absolute. Made when it is missing. It may be shared by NFS, where renaming is atomic as well. */
  readonly directory: string;
  /** Where `handle` is reached from outside, for links: `https://example.org/files`, or a path. Default `/files`. */
  readonly linksAt?: string | undefined;
  /** At least 16 characters that all instances know. Default: a random one, kept in the directory. */
  readonly secret?: string | undefined;
  /** Bytes that an upload by link may have. Default 104,857,600. */
  readonly maxUpload?: number | undefined;
}

/** Files in a directory that all instances see. */
export class LocalStorage implements Storage {
  readonly #root: string;
  readonly #linksAt: string;
  readonly #handler: FileHandler;
  readonly #given: KeyObject | undefined;
  #shared: Promise<KeyObject> | undefined;
  #cleaned = false;

  /** Fault: `TF_RT_OPTION`. */
  constructor({ directory, linksAt = "/files", secret, maxUpload = 104_857_600 }: LocalStorageOptions) {
    const problems: string[] = [];
    if (!isAbsolute(directory)) problems.push(`directory: is ${directory}; expected an absolute path`);
    if (secret !== undefined && secret.length < 16) problems.push("secret: is shorter than 16 characters");
    if (!URL.canParse(linksAt, "http://host")) problems.push(`linksAt: is ${linksAt}; expected a URL or a path`);
    if (!(maxUpload > 0)) problems.push(`maxUpload: is ${maxUpload}; expected bytes above 0`);
    if (problems.length > 0) {
      throw new Fault("TF_RT_OPTION", "the storage's options are not understood", { lines: problems });
    }
    this.#root = resolve(directory);
    this.#linksAt = linksAt.replace(/\/+$/, "");
    const mount = new URL(this.#linksAt, "http://host").pathname.replace(/\/$/, "");
    this.#handler = new FileHandler(this, { mount, maxUpload, secret: () => this.#secret() });
    this.#given = secret === undefined ? undefined : createSecretKey(Buffer.from(secret));
  }

  async put(
    key: string,
    body: Body,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<StoredFile> {
    const path = this.#path(key);
    this.#clean();
    let stored: StoredFile | undefined;
    await replaceFile(this.#root, path, async (file) => {
      signal?.throwIfAborted();
      await file.writeFile(body, { ...(signal === undefined ? {} : { signal }) });
      signal?.throwIfAborted();
      stored = describe(key, await file.stat({ bigint: true }));
    }).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : storageFault(error, key);
    });
    return stored as StoredFile;
  }

  async get(key: string, { range, signal }: GetOptions = {}): Promise<OpenedFile | null> {
    const path = this.#path(key);
    signal?.throwIfAborted();
    const handle = await openFile(path).catch((error: unknown) => {
      throw storageFault(error, key);
    });
    if (handle === null) return null;
    try {
      const found = await handle.stat({ bigint: true });
      if (!found.isFile()) {
        await handle.close();
        return null;
      }
      const file = describe(key, found);
      const bytes = range === undefined ? {} : inclusive(resolveRange(range, file.size));
      return { file, body: handle.createReadStream({ ...bytes, ...(signal === undefined ? {} : { signal }) }) };
    } catch (error) {
      await handle.close();
      throw storageFault(error, key);
    }
  }

  async stat(key: string): Promise<StoredFile | null> {
    const path = this.#path(key);
    try {
      const found = await notStale(() => lstat(path, { bigint: true }));
      return found.isFile() ? describe(key, found) : null;
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return null;
      throw storageFault(error, key);
    }
  }

  async delete(key: string): Promise<void> {
    await removeFile(this.#root, this.#path(key)).catch((error: unknown) => {
      throw storageFault(error, key);
    });
  }

  async *list(prefix = "", { after = "" }: ListOptions = {}): AsyncGenerator<StoredFile> {
    try {
      for await (const key of walk(this.#root, checkPrefix(prefix), after)) {
        const file = await this.stat(key);
        if (file !== null) yield file;
      }
    } catch (error) {
      throw storageFault(error, prefix);
    }
  }

  async link(key: string, options: LinkOptions = {}): Promise<string> {
    const link = resolveLink(options);
    return `${this.#linksAt}/${signLink(await this.#secret(), checkKey(key), link, Date.now())}`;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    return await this.#handler.handle(request, response);
  }

  async check(): Promise<void> {
    try {
      await mkdir(this.#root, { recursive: true });
      await access(this.#root, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw awayFault(error);
    }
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  #path(key: string): string {
    return join(this.#root, checkKey(key));
  }

  async #secret(): Promise<KeyObject> {
    if (this.#given !== undefined) return this.#given;
    this.#shared ??= sharedSecret(this.#root).catch((error: unknown) => {
      this.#shared = undefined;
      throw storageFault(error, "the secret");
    });
    return await this.#shared;
  }

  #clean(): void {
    if (this.#cleaned) return;
    this.#cleaned = true;
    void removeAbandoned(this.#root, Date.now());
  }
}

function describe(key: string, { size, mtimeNs, ino }: BigIntStats): StoredFile {
  return {
    key,
    size: Number(size),
    modified: new Date(Number(mtimeNs / 1_000_000n)),
    version: [ino, mtimeNs, size].map((number) => number.toString(36)).join("-"),
    type: contentType(key),
  };
}

function inclusive({ start, end }: { start: number; end: number }): { start: number; end: number } {
  return { start, end: end - 1 };
}
