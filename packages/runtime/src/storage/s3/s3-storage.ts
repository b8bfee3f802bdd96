import type { Readable } from "node:stream";
import type * as Client from "@aws-sdk/client-s3";
import { loadPeer } from "../../context/index.ts";
import { Fault } from "../../fault/index.ts";
import { contentType, disposition } from "../content-type.ts";
import { checkKey, checkPrefix } from "../key.ts";
import { rangeFault, resolveLink } from "../options.ts";
import type { Body, GetOptions, LinkOptions, ListOptions, OpenedFile, Storage, StoredFile } from "../storage.ts";
import { isMissing, isOutOfRange, s3Fault } from "./faults.ts";
import { type Api, type Place, sendOptions, upload } from "./upload.ts";

export interface S3StorageOptions {
  readonly bucket: string;
  /** Put before every key: `production/`. Default none. */
  readonly prefix?: string | undefined;
  /** Of the client of @aws-sdk/client-s3: region, endpoint, credentials. Default: what the SDK finds in the environment. */
  readonly client?: Client.S3ClientConfig | undefined;
}

/** Files in a bucket of S3, or of a service that speaks its protocol. */
export class S3Storage implements Storage {
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #config: Client.S3ClientConfig;
  #api: Promise<Api> | undefined;

  /** Fault: `TF_RT_OPTION`. */
  constructor({ bucket, prefix = "", client = {} }: S3StorageOptions) {
    if (bucket === "") throw new Fault("TF_RT_OPTION", "the storage's bucket has no name");
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#config = client;
  }

  async put(
    key: string,
    body: Body,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<StoredFile> {
    const place = this.#place(key);
    return await this.#call(signal, async (api) => {
      const { size, etag } = await upload(api, body, { place, type: contentType(key), signal });
      return describe(key, size, new Date(), etag);
    });
  }

  async get(key: string, { range, signal }: GetOptions = {}): Promise<OpenedFile | null> {
    const place = this.#place(key);
    if (range !== undefined && !(range.start >= 0 && range.start < (range.end ?? Number.POSITIVE_INFINITY))) {
      throw rangeFault(range);
    }
    const bytes = range && { Range: `bytes=${range.start}-${range.end === undefined ? "" : range.end - 1}` };
    return await this.#call(signal, async ({ s3, client }) => {
      try {
        const found = await client.send(new s3.GetObjectCommand({ ...place, ...bytes }), sendOptions(signal));
        const size = Number(/\/(\d+)$/.exec(found.ContentRange ?? "")?.[1] ?? found.ContentLength);
        return { file: describe(key, size, found.LastModified, found.ETag), body: found.Body as Readable };
      } catch (error) {
        if (isMissing(error)) return null;
        throw range !== undefined && isOutOfRange(error) ? rangeFault(range) : error;
      }
    });
  }

  async stat(key: string): Promise<StoredFile | null> {
    const place = this.#place(key);
    return await this.#call(undefined, async ({ s3, client }) => {
      try {
        const found = await client.send(new s3.HeadObjectCommand(place));
        return describe(key, found.ContentLength ?? 0, found.LastModified, found.ETag);
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    });
  }

  async delete(key: string): Promise<void> {
    const place = this.#place(key);
    await this.#call(undefined, ({ s3, client }) => client.send(new s3.DeleteObjectCommand(place)));
  }

  async *list(prefix = "", { after = "" }: ListOptions = {}): AsyncGenerator<StoredFile> {
    checkPrefix(prefix);
    let next: Partial<Client.ListObjectsV2CommandInput> | undefined =
      after === "" ? {} : { StartAfter: this.#prefix + after };
    while (next !== undefined) {
      const input: Client.ListObjectsV2CommandInput = { Bucket: this.#bucket, Prefix: this.#prefix + prefix, ...next };
      const page = await this.#call(undefined, ({ s3, client }) => client.send(new s3.ListObjectsV2Command(input)));
      for (const { Key = "", Size = 0, LastModified, ETag } of page.Contents ?? []) {
        yield describe(Key.slice(this.#prefix.length), Size, LastModified, ETag);
      }
      const token = page.IsTruncated ? page.NextContinuationToken : undefined;
      next = token === undefined ? undefined : { ContinuationToken: token };
    }
  }

  async link(key: string, options: LinkOptions = {}): Promise<string> {
    const { method, expires, download } = resolveLink(options);
    const place = this.#place(key);
    const name = "@aws-sdk/s3-request-presigner";
    const { getSignedUrl } = await loadPeer(name, () => import("@aws-sdk/s3-request-presigner"));
    const { s3, client } = await this.#open();
    if (method === "PUT") return await getSignedUrl(client, new s3.PutObjectCommand(place), { expiresIn: expires });
    const shown = { ResponseContentType: contentType(key), ResponseContentDisposition: disposition(key, download) };
    return await getSignedUrl(client, new s3.GetObjectCommand({ ...place, ...shown }), { expiresIn: expires });
  }

  /** Links lead to the service. */
  async handle(): Promise<boolean> {
    return false;
  }

  async check(): Promise<void> {
    await this.#call(undefined, ({ s3, client }) => client.send(new s3.HeadBucketCommand({ Bucket: this.#bucket })));
  }

  async close(): Promise<void> {
    const api = this.#api;
    this.#api = undefined;
    (await api?.catch(() => null))?.client.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #place(key: string): Place {
    return { Bucket: this.#bucket, Key: this.#prefix + checkKey(key) };
  }

  async #call<T>(signal: AbortSignal | undefined, call: (api: Api) => Promise<T>): Promise<T> {
    const api = await this.#open();
    try {
      return await call(api);
    } catch (error) {
      throw s3Fault(error, signal);
    }
  }

  async #open(): Promise<Api> {
    this.#api ??= loadPeer("@aws-sdk/client-s3", () => import("@aws-sdk/client-s3")).then((s3) => ({
      s3,
      client: new s3.S3Client({
        // A service that does not answer ends a call; the SDK by itself would wait for ever.
        requestHandler: { connectionTimeout: 3_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
        // Checksums that only the newest services know are sent only where an operation demands them.
        requestChecksumCalculation: "WHEN_REQUIRED",
        responseChecksumValidation: "WHEN_REQUIRED",
        ...this.#config,
      }),
    }));
    return await this.#api;
  }
}

function describe(key: string, size: number, modified: Date | undefined, etag: string | undefined): StoredFile {
  const version = (etag ?? "").replaceAll('"', "");
  return { key, size, modified: modified ?? new Date(0), version, type: contentType(key) };
}
