import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { Fault } from "../../fault/fault.ts";
import { freePort } from "../../testing/free-port.ts";
import { ObjectStoreServer } from "../../testing/object-store.ts";
import { Secret } from "../../units/secret.ts";
import { DirectoryPlace } from "./directory-place.ts";
import type { Place } from "./place.ts";
import { S3Place } from "./s3-place.ts";
import { load, readSmall, store } from "./stream.ts";

const NEVER = new AbortController().signal;

interface Fixture extends AsyncDisposable {
  readonly place: Place;
  /** Changes a byte of a file behind the place's back. */
  damage(name: string): Promise<void>;
}

async function directory(): Promise<Fixture & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "place-"));
  return {
    path,
    place: new DirectoryPlace(join(path, "kept")),
    damage: async (name) => {
      const content = await readFile(join(path, "kept", name));
      const at = content.length >> 1;
      content[at] = (content[at] ?? 0) ^ 4;
      await writeFile(join(path, "kept", name), content);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

function open(endpoint: string, bucket = "kept"): S3Place {
  const keys = { accessKey: "key", secretKey: new Secret("very-secret") };
  return new S3Place({ bucket, prefix: "a/b", endpoint, region: "eu-1", ...keys });
}

async function objects(): Promise<Fixture> {
  const server = await ObjectStoreServer.start("kept");
  const place = open(server.endpoint);
  return {
    place,
    damage: async (name) => {
      const content = await place.get(name, NEVER);
      const whole = Buffer.concat((await content?.toArray()) as Buffer[]);
      const at = whole.length >> 1;
      whole[at] = (whole[at] ?? 0) ^ 4;
      await place.put(name, Readable.from([whole]), NEVER);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function rejection(promise: Promise<unknown>): Promise<Fault> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Fault, `no fault: ${String(error)}`);
  return error;
}

/** Content that does not compress, in chunks. */
function noise(length: number): Readable {
  let left = length;
  return new Readable({
    read() {
      const size = Math.min(left, 64 * 1024);
      left -= size;
      this.push(size === 0 ? null : randomBytes(size));
    },
  });
}

function describePlace(name: string, make: () => Promise<Fixture>): void {
  describe(`backups in ${name}`, () => {
    test("files are written, read, listed below a name, and removed", async () => {
      await using fixture = await make();
      const { place } = fixture;
      assert.deepEqual(await place.list("x/"), []);
      assert.equal(await readSmall(place, "x/1", NEVER), null);
      for (const file of ["x/2", "x/1", "x/y/3", "z/4"])
        await place.put(file, Readable.from([Buffer.from(file)]), NEVER);
      assert.deepEqual(await place.list("x/"), [
        { name: "x/1", size: 3 },
        { name: "x/2", size: 3 },
        { name: "x/y/3", size: 5 },
      ]);
      assert.equal(await readSmall(place, "x/y/3", NEVER), "x/y/3");
      await place.put("x/1", Readable.from([Buffer.from("again")]), NEVER);
      assert.equal(await readSmall(place, "x/1", NEVER), "again");
      await place.remove(["x/1", "x/2", "x/y/3", "x/never"]);
      assert.deepEqual(await place.list("x/"), []);
      assert.equal(await readSmall(place, "z/4", NEVER), "z/4");
    });

    test("what is stored comes back, also when it is large, and a flipped bit is noticed", async () => {
      await using fixture = await make();
      const { place } = fixture;
      const size = 40 * 1024 * 1024;
      const { plain, kept } = await store(place, "big", { content: noise(size), signal: NEVER });
      assert.equal(plain.size, size);
      // Several pieces of an upload, where it is one.
      assert.ok(kept.size >= size);
      assert.deepEqual(await place.list(""), [{ name: "big", size: kept.size }]);
      const read = async (): Promise<number> => {
        let length = 0;
        const into = new Writable({
          write(chunk: Buffer, _encoding, done) {
            length += chunk.length;
            done();
          },
        });
        await load(place, "big", { sha256: kept.sha256, of: "kept", into, signal: NEVER });
        return length;
      };
      assert.equal(await read(), size);
      await fixture.damage("big");
      const fault = await rejection(read());
      assert.equal(fault.code, "TF_BACKUP_DAMAGED");
      assert.match(fault.message, /^big in .* is damaged/);
    });

    test("a source that breaks leaves no file", async () => {
      await using fixture = await make();
      const content = new Readable({ read() {} });
      content.push(Buffer.alloc(1000));
      setImmediate(() => content.destroy(new Error("the source broke")));
      await assert.rejects(store(fixture.place, "half", { content, signal: NEVER }), /the source broke/);
      assert.deepEqual(await fixture.place.list(""), []);
    });
  });
}

describePlace("a directory", directory);
describePlace("a store that speaks S3", objects);

test("a directory lets nobody else in", async () => {
  await using fixture = await directory();
  await fixture.place.put("a/b", Readable.from([Buffer.from("x")]), NEVER);
  const kept = join(fixture.path, "kept");
  assert.equal((await stat(kept)).mode & 0o777, 0o700);
  assert.equal((await stat(join(kept, "a", "b"))).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(kept, "a")), ["b"]);
});

const needsRoot = process.getuid?.() === 0 ? false : "only root can mount a small disk";

test("a full disk is told as that, and leaves no half of a file", { skip: needsRoot }, async () => {
  await using fixture = await directory();
  const kept = join(fixture.path, "kept");
  await mkdir(kept);
  await promisify(execFile)("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", kept]);
  try {
    const content = noise(4 * 1024 * 1024);
    const fault = await rejection(store(fixture.place, "x/big", { content, signal: NEVER }));
    assert.equal(fault.code, "TF_DISK_FULL");
    assert.deepEqual(await readdir(join(kept, "x")), []);
  } finally {
    await promisify(execFile)("umount", ["-l", kept]);
  }
});

test("a store that cuts connections is asked again", async () => {
  await using server = await ObjectStoreServer.start("kept");
  let cuts = 2;
  const proxy = createServer((visitor) => {
    visitor.on("error", () => {});
    if (cuts > 0) {
      cuts -= 1;
      visitor.once("data", () => visitor.resetAndDestroy());
      return;
    }
    const store = connect(Number(new URL(server.endpoint).port), "127.0.0.1").on("error", () => visitor.destroy());
    visitor.pipe(store).pipe(visitor);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const place = open(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  try {
    await place.put("x", Readable.from([Buffer.from("kept")]), NEVER);
    assert.equal(await readSmall(place, "x", NEVER), "kept");
  } finally {
    await server[Symbol.asyncDispose]();
    proxy.close();
  }
});

test("a store that is not there, or has no such bucket, is told by name and without its keys", async () => {
  const gone = await rejection(open(`http://127.0.0.1:${await freePort()}`).list(""));
  assert.equal(gone.code, "TF_BACKUP_PLACE");
  assert.match(gone.message, /^s3:\/\/kept\/a\/b cannot be used: .*ECONNREFUSED/);
  await using server = await ObjectStoreServer.start("kept");
  const absent = await rejection(open(server.endpoint, "other").list(""));
  assert.match(absent.message, /NoSuchBucket/);
  assert.doesNotMatch(JSON.stringify([gone, absent]), /very-secret/);
});

test("a directory that is made in a project is kept out of version control; one that was there is left as it is", async () => {
  await using files = await directory();
  const made = new DirectoryPlace(join(files.path, "made"), true);
  await made.put("shop/a", Readable.from(["a"]), NEVER);
  assert.equal(await readFile(join(files.path, "made", ".gitignore"), "utf8"), "*\n");
  assert.deepEqual(await made.list("shop/"), [{ name: "shop/a", size: 1 }]);

  await mkdir(join(files.path, "own"));
  await new DirectoryPlace(join(files.path, "own"), true).put("shop/a", Readable.from(["a"]), NEVER);
  await files.place.put("shop/a", Readable.from(["a"]), NEVER);
  for (const name of ["own", "kept"]) assert.deepEqual(await readdir(join(files.path, name)), ["shop"]);
});
