import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { Part } from "../context/index.ts";

/** What a file is made of. A string is stored as UTF-8. A stream is read once, as fast as it can be stored. */
export type Body = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface StoredFile {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
  /** Opaque; another one whenever the content was put anew. */
  readonly version: string;
  /** By the ending of the key: `image/png`. */
  readonly type: string;
}

export interface OpenedFile {
  readonly file: StoredFile;
  /** The content, or the range that was asked for. It must be read to its end, or destroyed. */
  readonly body: Readable;
}

/** Bytes from `start` up to but without `end`; without `end`, to the last. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number | undefined;
}

export interface GetOptions {
  readonly range?: ByteRange | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions {
  /** Only keys after this one. */
  readonly after?: string | undefined;
}

export interface LinkOptions {
  /** `GET` (default) to read the file, `PUT` to store it. */
  readonly method?: "GET" | "PUT" | undefined;
  /** Seconds for which it works: 1 to 604,800. Default 900. */
  readonly expires?: number | undefined;
  /** The name under which a browser saves it; without one, it shows what it safely can. */
  readonly download?: string | undefined;
}

/**
 * Files that all instances share. A key is a path of names, `invoices/2026/7.pdf`: no `..`, no empty name, 255 bytes a
 * name, 1,024 in all.
 *
 * Faults of every call: `TF_RT_STORAGE_KEY`, `TF_RT_STORAGE_AWAY`.
 */
export interface Storage extends Part, AsyncDisposable {
  /**
   * Stores a file under a key, in place of the one that was there. Readers see the old content or the new one, whole;
   * what fails or is aborted leaves the old one. Resolves when it is on the disk, or the service has it. Fault:
   * `TF_RT_STORAGE_CONFLICT`.
   */
  put(key: string, body: Body, options?: { readonly signal?: AbortSignal | undefined }): Promise<StoredFile>;
  /** `null` when there is none. What was opened stays readable when it is replaced. Fault: `TF_RT_STORAGE_RANGE`. */
  get(key: string, options?: GetOptions): Promise<OpenedFile | null>;
  stat(key: string): Promise<StoredFile | null>;
  /** Idempotent. */
  delete(key: string): Promise<void>;
  /** Files whose keys begin with these characters, in the order of their keys' bytes. */
  list(prefix?: string, options?: ListOptions): AsyncIterable<StoredFile>;
  /** A URL with which somebody without any account reads or stores this one file until it expires. */
  link(key: string, options?: LinkOptions): Promise<string>;
  /**
   * Answers a request for a link, where links lead to the application itself, and gives false for what is somebody else's.
   * For node:http, and for Express:
   * `app.use(async (request, response, next) => { if (!(await storage.handle(request, response))) next(); })`.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** Resolves when it can be reached and written to: for the health answer. */
  check(): Promise<void>;
}
