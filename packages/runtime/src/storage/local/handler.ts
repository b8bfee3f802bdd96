import type { KeyObject } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { Fault, isFault } from "../../fault/index.ts";
import { disposition } from "../content-type.ts";
import { checkKey } from "../key.ts";
import type { Storage, StoredFile } from "../storage.ts";
import { readLink, type SignedLink } from "./links.ts";
import { parseRange } from "./range-header.ts";

export interface FileHandlerOptions {
  /** Path below which links are. */
  readonly mount: string;
  readonly secret: () => Promise<KeyObject>;
  /** Bytes. */
  readonly maxUpload: number;
}

/** Serves links to files: reads with ranges and validators, and uploads. */
export class FileHandler {
  readonly #storage: Storage;
  readonly #options: FileHandlerOptions;

  constructor(storage: Storage, options: FileHandlerOptions) {
    this.#storage = storage;
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    if (!path.startsWith(`${this.#options.mount}/`)) return false;
    try {
      const key = checkKey(decode(path.slice(this.#options.mount.length + 1)));
      const link = await this.#read(key, new URLSearchParams(query), request.method ?? "");
      if (link.method === "PUT") await this.#store(request, response, link);
      else await this.#send(request, response, link);
    } catch (error) {
      this.#refuse(request, response, error);
    }
    return true;
  }

  async #read(key: string, query: URLSearchParams, method: string): Promise<SignedLink> {
    const link = readLink(await this.#options.secret(), key, query);
    if (link === null) throw new Fault("TF_RT_STORAGE_LINK", "this link was not given out");
    if (link.until * 1_000 <= Date.now()) throw new Fault("TF_RT_STORAGE_LINK", "this link has expired");
    if (link.method === method || (link.method === "GET" && method === "HEAD")) return link;
    throw new Fault("TF_RT_STORAGE_LINK", `this link is for ${link.method}`);
  }

  async #send(request: IncomingMessage, response: ServerResponse, link: SignedLink): Promise<void> {
    const file = await this.#storage.stat(link.key);
    if (file === null) return answer(response, 404, "there is no such file");
    const head = headers(file, link);
    if (request.headers["if-none-match"] === head.etag) {
      response.writeHead(304, { etag: head.etag, "cache-control": head["cache-control"] }).end();
      return;
    }
    const range = parseRange(request.headers.range, file.size);
    if (range === null) {
      response.setHeader("content-range", `bytes */${file.size}`);
      return answer(response, 416, "the file has no such bytes");
    }
    const opened = request.method === "HEAD" ? null : await this.#storage.get(link.key, { range });
    if (opened === null && request.method !== "HEAD") return answer(response, 404, "there is no such file");
    const { start, end } = { start: range?.start ?? 0, end: range?.end ?? file.size };
    response.writeHead(range === undefined ? 200 : 206, {
      ...head,
      "content-length": end - start,
      ...(range === undefined ? {} : { "content-range": `bytes ${start}-${end - 1}/${file.size}` }),
    });
    if (opened === null) response.end();
    else await pipeline(opened.body, response);
  }

  async #store(request: IncomingMessage, response: ServerResponse, link: SignedLink): Promise<void> {
    const { maxUpload } = this.#options;
    if (Number(request.headers["content-length"] ?? 0) > maxUpload) throw tooLarge(maxUpload);
    const stored = await this.#storage.put(link.key, bounded(request, maxUpload));
    response.writeHead(200, { etag: `"${stored.version}"`, "content-length": 0 }).end();
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // What was not read of an upload would be taken for the next request.
    if (!request.complete) response.setHeader("connection", "close");
    const gone = error instanceof Error && "code" in error && error.code === "ECONNRESET";
    if (isFault(error)) answer(response, error.status, error.message);
    else if (gone) response.destroy();
    else throw error;
  }
}

/** What was stored is somebody's, and shall not become a page of ours. */
function headers(file: StoredFile, { key, until, download }: SignedLink): Record<string, string> & { etag: string } {
  const seconds = Math.max(0, until - Math.ceil(Date.now() / 1_000));
  return {
    etag: `"${file.version}"`,
    "content-type": file.type,
    "content-disposition": disposition(key, download),
    "last-modified": file.modified.toUTCString(),
    "cache-control": `private, max-age=${Math.min(seconds, 3_600)}`,
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "referrer-policy": "no-referrer",
  };
}

async function* bounded(request: IncomingMessage, most: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > most) throw tooLarge(most);
    yield chunk;
  }
}

function tooLarge(most: number): Fault {
  return new Fault("TF_RT_STORAGE_SIZE", `the file is larger than ${most} bytes`);
}

function decode(path: string): string {
  try {
    return path.split("/").map(decodeURIComponent).join("/");
  } catch {
    return "";
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" });
  response.end(`${text}\n`);
}
