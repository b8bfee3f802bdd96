import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { isFault } from "../../fault/index.ts";
import { Child } from "../../testing/child.ts";
import { eventually } from "../../testing/eventually.ts";
import { all, describeStorage, type StorageFixture } from "../conformance.ts";
import type { Body } from "../storage.ts";
import { parts } from "./parts.ts";
import { S3Storage, type S3StorageOptions } from "./s3-storage.ts";

type Configuration = NonNullable<S3StorageOptions["client"]>;

/** Takes a free port by itself and tells it. */
const PROGRAM = `
  import { startFauxqs } from "fauxqs";
  const { port } = await startFauxqs({ port: 0, logger: false });
  console.log(port);
`;

/** A server of the protocol, in a process of its own. */
class Server implements AsyncDisposable {
  readonly endpoint: string;
  readonly #child: Child;

  private constructor(child: Child, port: number) {
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#child = child;
  }

  static async start(): Promise<Server> {
    const child = new Child([process.execPath, "--input-type=module", "--eval", PROGRAM], { cwd: import.meta.dirname });
    await eventually("the server tells its port", () => child.output.endsWith("\n"));
    return new Server(child, Number(child.output));
  }

  get client(): Configuration {
    const credentials = { accessKeyId: "test", secretAccessKey: "test-secret" };
    return { region: "us-east-1", endpoint: this.endpoint, forcePathStyle: true, credentials, maxAttempts: 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}

let server: Server;
let admin: S3Client;

before(async () => {
  server = await Server.start();
  admin = new S3Client(server.client);
});

after(async () => {
  admin.destroy();
  await server[Symbol.asyncDispose]();
});

/** A bucket of its own on the server, with a prefix that keys do not show. */
async function open(): Promise<StorageFixture & { readonly bucket: string }> {
  const bucket = `test-${randomUUID()}`;
  await admin.send(new CreateBucketCommand({ Bucket: bucket }));
  await admin.send(new PutObjectCommand({ Bucket: bucket, Key: "another/file", Body: "not ours" }));
  const storage = new S3Storage({ bucket, prefix: "ours/", client: server.client });
  return {
    storage,
    bucket,
    takeAway: async () => {
      const { Contents = [] } = await admin.send(new ListObjectsV2Command({ Bucket: bucket }));
      for (const { Key } of Contents) await admin.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
      await admin.send(new DeleteBucketCommand({ Bucket: bucket }));
    },
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}

describeStorage("S3", open, {
  signatures: "the S3 server of the tests checks no signatures",
  headers: "the S3 server of the tests does not know response-content-disposition",
});

test("a link holds its end, its name and its type under the signature", async () => {
  await using fixture = await open();
  const link = new URL(await fixture.storage.link("für/a b.txt", { expires: 60, download: "ü.txt" }));
  const query = Object.fromEntries(link.searchParams);
  assert.equal(link.pathname, `/${fixture.bucket}/ours/f%C3%BCr/a%20b.txt`);
  assert.equal(query["X-Amz-Expires"], "60");
  assert.match(query["X-Amz-Signature"] ?? "", /^[\da-f]{64}$/);
  assert.match(query["response-content-disposition"] ?? "", /^attachment; .*%C3%BC\.txt$/);
  assert.equal(query["response-content-type"], "text/plain; charset=utf-8");
  const store = new URL(await fixture.storage.link("a", { method: "PUT" }));
  assert.equal(store.searchParams.get("x-id"), "PutObject");
});

test("more files than a page of the service holds are listed all the same", async () => {
  await using fixture = await open();
  const { storage } = fixture;
  const keys = Array.from({ length: 1_010 }, (_, index) => `many/${index}`).sort();
  for (let at = 0; at < keys.length; at += 50) {
    await Promise.all(keys.slice(at, at + 50).map((key) => storage.put(key, "")));
  }
  assert.deepEqual(await all(storage.list("many/")), keys);
  assert.deepEqual(await all(storage.list("many/", { after: "many/500" })), keys.slice(keys.indexOf("many/500") + 1));
});

test("a service that cannot be reached is a fault", async () => {
  const nowhere = new S3Storage({ bucket: "none", client: { ...server.client, endpoint: "http://127.0.0.1:1" } });
  await assert.rejects(nowhere.put("a", "1"), (error) => isFault(error, "TF_RT_STORAGE_AWAY"));
  await nowhere.close();
});

async function lengths(body: Body, size: number): Promise<number[]> {
  const found: number[] = [];
  for await (const part of parts(body, size)) found.push(part.length);
  return found;
}

test("parts have the size that the service wants, but for the last", async () => {
  async function* stream(...sizes: readonly number[]) {
    for (const size of sizes) yield Buffer.alloc(size);
  }
  assert.deepEqual(await lengths(Buffer.alloc(25), 10), [10, 10, 5]);
  assert.deepEqual(await lengths("x".repeat(20), 10), [10, 10]);
  assert.deepEqual(await lengths(stream(4, 4, 4, 4, 30, 1), 10), [12, 34, 1]);
  assert.deepEqual(await lengths(stream(), 10), [0]);
  assert.deepEqual(await lengths("", 10), [0]);
});
