import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { AwsClient } from "aws4fetch";
import { Fault } from "../../fault/fault.ts";
import type { Secret } from "../../units/secret.ts";
import type { Place, PlacedFile } from "./place.ts";

export interface S3Parts {
  readonly bucket: string;
  /** Without slashes at its ends; empty for none. */
  readonly prefix: string;
  /** Without a path: `https://s3.example.com`. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: Secret;
}

/**
 * What is larger is sent in pieces, each of which is held in memory. S3 takes ten thousand: 8 GB in small ones, and then
 * large ones, up to 580 GB.
 */
const PIECE_BYTES = { small: 8 * 1024 * 1024, large: 64 * 1024 * 1024 };
const SMALL_PIECES = 1_000;
const REQUEST_WITHIN_MS = 10 * 60_000;
const TRIES = 3;

function textOf(xml: string, tag: string): string[] {
  const found = xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"));
  return [...found].map(([, text = ""]) => text.replaceAll("&quot;", '"').replaceAll("&amp;", "&"));
}

/** A store that speaks S3. The bucket's name is part of the path, as every such store understands it. */
export class S3Place implements Place {
  readonly title: string;
  readonly #parts: S3Parts;
  readonly #root: string;
  #client: Promise<AwsClient> | undefined;

  constructor(parts: S3Parts) {
    this.#parts = parts;
    this.#root = parts.prefix === "" ? "" : `${parts.prefix}/`;
    this.title = `s3://${parts.bucket}/${parts.prefix}`;
  }

  async put(name: string, content: Readable, signal: AbortSignal): Promise<void> {
    let upload: { readonly id: string; readonly etags: string[] } | undefined;
    try {
      for await (const { piece, isLast } of piecesOf(content)) {
        signal.throwIfAborted();
        if (upload === undefined && isLast) {
          await this.#ask("PUT", name, { body: piece, signal });
          return;
        }
        upload ??= { id: await this.#begin(name, signal), etags: [] };
        const query = { partNumber: `${upload.etags.length + 1}`, uploadId: upload.id };
        const { headers } = await this.#ask("PUT", name, { body: piece, query, signal });
        upload.etags.push(headers.get("etag") ?? "");
        if (isLast) await this.#finish(name, upload, signal);
      }
    } catch (error) {
      // Pieces that stay would cost money for ever.
      if (upload !== undefined) await this.#ask("DELETE", name, { query: { uploadId: upload.id } }).catch(() => {});
      throw error;
    }
  }

  async get(name: string, signal: AbortSignal): Promise<Readable | null> {
    const response = await this.#ask("GET", name, { signal, missing: true });
    if (response.status === 404 || response.body === null) return null;
    return Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  }

  async list(prefix: string): Promise<PlacedFile[]> {
    const found: PlacedFile[] = [];
    let more: string | undefined = "";
    while (more !== undefined) {
      const query: Record<string, string> = { "list-type": "2", prefix: `${this.#root}${prefix}` };
      if (more !== "") query["continuation-token"] = more;
      const xml = await (await this.#ask("GET", null, { query })).text();
      const sizes = textOf(xml, "Size");
      for (const [at, key] of textOf(xml, "Key").entries())
        found.push({ name: key.slice(this.#root.length), size: Number(sizes[at]) });
      more = textOf(xml, "IsTruncated")[0] === "true" ? textOf(xml, "NextContinuationToken")[0] : undefined;
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#ask("DELETE", name, { missing: true });
  }

  async #begin(name: string, signal: AbortSignal): Promise<string> {
    const xml = await (await this.#ask("POST", name, { query: { uploads: "" }, signal })).text();
    const [id] = textOf(xml, "UploadId");
    if (id === undefined) throw this.#fault("it began no upload");
    return id;
  }

  async #finish(name: string, { id, etags }: { id: string; etags: readonly string[] }, signal: AbortSignal) {
    const pieces = etags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag}</ETag></Part>`);
    const body = Buffer.from(`<CompleteMultipartUpload>${pieces.join("")}</CompleteMultipartUpload>`);
    const answer = await (await this.#ask("POST", name, { query: { uploadId: id }, body, signal })).text();
    // This answer can be a failure although its status says otherwise.
    const [failure] = textOf(answer, "Code");
    if (failure !== undefined) throw this.#fault(`${failure} at the end of an upload`);
  }

  async #ask(
    method: string,
    name: string | null,
    more: {
      readonly query?: Readonly<Record<string, string>>;
      readonly body?: Uint8Array;
      readonly signal?: AbortSignal;
      /** A file that is not there is an answer. */
      readonly missing?: boolean;
    } = {},
  ): Promise<Response> {
    const { bucket, endpoint } = this.#parts;
    const path = name === null ? "" : `/${`${this.#root}${name}`.split("/").map(encodeURIComponent).join("/")}`;
    const url = new URL(`${endpoint}/${bucket}${path}`);
    for (const [key, value] of Object.entries(more.query ?? {})) url.searchParams.set(key, value);
    const deadline = AbortSignal.timeout(REQUEST_WITHIN_MS);
    const signal = more.signal === undefined ? deadline : AbortSignal.any([more.signal, deadline]);
    const init = {
      method,
      signal,
      ...(more.body === undefined ? {} : { body: more.body as Uint8Array<ArrayBuffer> }),
    };
    const response = await this.#send(url, init).catch((error: unknown) => {
      more.signal?.throwIfAborted();
      throw this.#fault(reasonOf(error));
    });
    if (response.ok || (more.missing === true && response.status === 404)) return response;
    const said = await response.text();
    const [code = `${response.status}`] = textOf(said, "Code");
    throw this.#fault(`it answers ${code}${textOf(said, "Message").map((text) => `: ${text}`)}`);
  }

  /** A store closes idle connections whenever it likes; a request that meets this is sent again. */
  async #send(url: URL, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> {
    const client = await this.#open();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await client.fetch(url, init);
      } catch (error) {
        if (attempt === TRIES || init.signal.aborted) throw error;
      }
    }
  }

  /** Loaded only where it is needed. */
  #open(): Promise<AwsClient> {
    const { region, accessKey, secretKey } = this.#parts;
    this.#client ??= import("aws4fetch").then(
      ({ AwsClient }) =>
        new AwsClient({
          accessKeyId: accessKey,
          secretAccessKey: secretKey.reveal(),
          service: "s3",
          region,
          retries: TRIES,
          initRetryMs: 200,
        }),
    );
    return this.#client;
  }

  #fault(reason: string): Fault {
    return new Fault("TF_BACKUP_PLACE", `${this.title} cannot be used: ${reason}`, {
      hint: "check backups.to and backups.s3 in the fleet file, that the bucket exists, and the keys",
    });
  }
}

/** `connect ECONNREFUSED 127.0.0.1:9000` rather than `fetch failed`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(", ");
  return cause instanceof Error ? cause.message || String(cause) : error.message;
}

function sizeOfPiece(sent: number): number {
  return sent < SMALL_PIECES ? PIECE_BYTES.small : PIECE_BYTES.large;
}

/** A stream in pieces; the last one may be smaller than the others, and there is always one. */
async function* piecesOf(content: Readable): AsyncGenerator<{ piece: Uint8Array; isLast: boolean }> {
  let held: Buffer[] = [];
  let size = 0;
  let sent = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    held.push(chunk);
    size += chunk.length;
    for (let wanted = sizeOfPiece(sent); size > wanted; wanted = sizeOfPiece(sent)) {
      const all = Buffer.concat(held);
      yield { piece: all.subarray(0, wanted), isLast: false };
      held = [all.subarray(wanted)];
      size = all.length - wanted;
      sent += 1;
    }
  }
  yield { piece: Buffer.concat(held), isLast: true };
}
