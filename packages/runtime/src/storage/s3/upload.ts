import type * as Client from "@aws-sdk/client-s3";
import type { Body } from "../storage.ts";
import { parts } from "./parts.ts";

export interface Api {
  readonly s3: typeof Client;
  readonly client: Client.S3Client;
}

export interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

export interface Upload {
  readonly place: Place;
  readonly type: string;
  readonly signal: AbortSignal | undefined;
}

export interface Uploaded {
  readonly size: number;
  readonly etag: string | undefined;
}

/** Bytes of a part of a large file. The service wants 5 MiB at least and 10,000 parts at most: files up to 80 GiB. */
const PART = 8_388_608;

/**
 * Stores a body: in one request, or, when it is larger than a part, part by part; then nothing is to be seen of it before
 * the last step, and nothing stays when it does not come to that.
 */
export async function upload(api: Api, body: Body, how: Upload): Promise<Uploaded> {
  const { place, type, signal } = how;
  signal?.throwIfAborted();
  const stream = parts(body, PART);
  try {
    const first = (await stream.next()).value ?? Buffer.alloc(0);
    const second = first.length < PART ? undefined : (await stream.next()).value;
    signal?.throwIfAborted();
    if (second !== undefined) return await uploadParts(api, how, [first, second], stream);
    const put = new api.s3.PutObjectCommand({ ...place, Body: first, ContentType: type });
    const { ETag } = await api.client.send(put, sendOptions(signal));
    return { size: first.length, etag: ETag };
  } finally {
    // Lets go of a stream that was not read to its end.
    await stream.return();
  }
}

async function uploadParts(
  { s3, client }: Api,
  { place, type, signal }: Upload,
  begun: readonly Buffer[],
  rest: AsyncIterable<Buffer>,
): Promise<Uploaded> {
  const create = new s3.CreateMultipartUploadCommand({ ...place, ContentType: type });
  const { UploadId } = await client.send(create, sendOptions(signal));
  const target = { ...place, UploadId: UploadId as string };
  const sent: Client.CompletedPart[] = [];
  let size = 0;
  const send = async (Body: Buffer): Promise<void> => {
    const PartNumber = sent.length + 1;
    const { ETag = "" } = await client.send(
      new s3.UploadPartCommand({ ...target, PartNumber, Body }),
      sendOptions(signal),
    );
    sent.push({ PartNumber, ETag });
    size += Body.length;
  };
  try {
    for (const part of begun) await send(part);
    for await (const part of rest) await send(part);
    const complete = new s3.CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: sent } });
    const { ETag } = await client.send(complete, sendOptions(signal));
    return { size, etag: ETag };
  } catch (error) {
    await client.send(new s3.AbortMultipartUploadCommand(target)).catch(() => {});
    throw error;
  }
}

export function sendOptions(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
