import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openContext } from "../../context/index.ts";
import { isFault } from "../../fault/index.ts";
import { eventually } from "../../testing/eventually.ts";
import { all, describeStorage, type StorageFixture } from "../conformance.ts";
import { openStorage } from "../index.ts";
import type { Storage } from "../storage.ts";
import { LocalStorage, type LocalStorageOptions } from "./local-storage.ts";

class Fixture implements StorageFixture {
  readonly directory: string;
  readonly storage: LocalStorage;
  readonly #server: Server;

  private constructor(directory: string, server: Server, options: Partial<LocalStorageOptions>) {
    this.directory = join(directory, "files");
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.storage = new LocalStorage({
      directory: this.directory,
      linksAt: `http://127.0.0.1:${port}/files`,
      ...options,
    });
    server.on("request", async (request, response) => {
      if (!(await this.storage.handle(request, response))) response.writeHead(418).end();
    });
  }

  static async open(options: Partial<LocalStorageOptions> = {}): Promise<Fixture> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Fixture(await mkdtemp(join(tmpdir(), "storage-")), server, options);
  }

  /** A file stands where the directory was. */
  async takeAway(): Promise<void> {
    await rm(this.directory, { recursive: true });
    await writeFile(this.directory, "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
    await rm(join(this.directory, ".."), { recursive: true });
  }
}

describeStorage("local", () => Fixture.open());

test("files that are being stored are not listed, and are gone after a failure", async () => {
  await using fixture = await Fixture.open();
  const { storage, directory } = fixture;
  let seen: string[] = [];
  await storage.put(
    "file",
    (async function* () {
      yield Buffer.from("1");
      seen = await all(storage.list());
    })(),
  );
  assert.deepEqual(seen, []);
  assert.deepEqual(await readdir(join(directory, ".tenfold", "unfinished")), []);
});

test("what a process that died was storing is removed after a day, and not before", async () => {
  await using fixture = await Fixture.open();
  const unfinished = join(fixture.directory, ".tenfold", "unfinished");
  await mkdir(unfinished, { recursive: true });
  for (const name of ["old", "new"]) await writeFile(join(unfinished, name), "half");
  await utimes(join(unfinished, "old"), 1, 1);
  await fixture.storage.put("file", "1");
  await eventually("it is removed", async () => (await readdir(unfinished)).join() === "new");
});

test("a link of the file system is no file of the storage", async () => {
  await using fixture = await Fixture.open();
  const { storage, directory } = fixture;
  await storage.put("file", "1");
  await symlink("/etc/passwd", join(directory, "link"));
  assert.equal(await storage.get("link"), null);
  assert.equal(await storage.stat("link"), null);
  assert.deepEqual(await all(storage.list("link")), []);
});

test("a key that goes on where another ends is a conflict", async () => {
  await using fixture = await Fixture.open();
  const { storage } = fixture;
  await storage.put("a/b", "1");
  for (const key of ["a", "a/b/c"]) {
    await assert.rejects(storage.put(key, "2"), (error) => isFault(error, "TF_RT_STORAGE_CONFLICT"));
  }
});

test("instances that begin at the same time sign with the same secret, which others cannot read", async () => {
  await using fixture = await Fixture.open();
  const { directory, storage } = fixture;
  await storage.put("file", "1");
  const linksAt = (await storage.link("file")).replace(/\/file\?.*/, "");
  await rm(join(directory, ".tenfold", "secret"));
  const instances = Array.from({ length: 10 }, () => new LocalStorage({ directory, linksAt }));
  const links = await Promise.all(instances.map((instance) => instance.link("file")));
  assert.equal(new Set(links.map((link) => new URL(link).searchParams.get("signature"))).size, 1);
  const secret = await stat(join(directory, ".tenfold", "secret"));
  assert.equal(secret.mode & 0o777, 0o600);
  assert.deepEqual((await readdir(join(directory, ".tenfold"))).toSorted(), ["secret", "unfinished"]);
});

async function linkOf(storage: Storage, key: string, content: string): Promise<string> {
  await storage.put(key, content);
  return await storage.link(key);
}

test("a link serves ranges and validators, and no page of ours", async () => {
  await using fixture = await Fixture.open();
  const link = await linkOf(fixture.storage, "page.html", "<p>0123456789</p>");
  const whole = await fetch(link);
  assert.equal(whole.headers.get("content-security-policy"), "default-src 'none'; sandbox");
  assert.equal(whole.headers.get("x-content-type-options"), "nosniff");
  assert.match(whole.headers.get("content-disposition") ?? "", /^attachment; filename="page.html"/);
  assert.equal(await whole.text(), "<p>0123456789</p>");
  const part = await fetch(link, { headers: { range: "bytes=3-5" } });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get("content-range"), "bytes 3-5/17");
  assert.equal(await part.text(), "012");
  assert.equal(await (await fetch(link, { headers: { range: "bytes=-4" } })).text(), "</p>");
  assert.equal((await fetch(link, { headers: { range: "bytes=17-" } })).status, 416);
  const head = await fetch(link, { method: "HEAD" });
  assert.equal(head.headers.get("content-length"), "17");
  const etag = whole.headers.get("etag") ?? "";
  assert.equal((await fetch(link, { headers: { "if-none-match": etag } })).status, 304);
  await fixture.storage.delete("page.html");
  assert.equal((await fetch(link)).status, 404);
});

test("paths that are not ours are left to others, and paths that are tricks are refused", async () => {
  await using fixture = await Fixture.open();
  const { origin } = new URL(await linkOf(fixture.storage, "a/b", "1"));
  assert.equal((await fetch(`${origin}/other`)).status, 418);
  assert.equal((await fetch(`${origin}/filesystem`)).status, 418);
  for (const path of ["..%2f..%2fetc%2fpasswd", "%2e%2e%2fx", "a%00b", "%ff", "", "a//b", ".tenfold/secret"]) {
    assert.equal((await fetch(`${origin}/files/${path}`)).status, 400, path);
  }
  assert.equal((await fetch(`${origin}/files/a/b`)).status, 403);
});

test("an upload by link that is too large is refused, and leaves nothing", async () => {
  await using fixture = await Fixture.open({ maxUpload: 1_000 });
  const link = await fixture.storage.link("up", { method: "PUT" });
  assert.equal((await fetch(link, { method: "PUT", body: Buffer.alloc(1_000) })).status, 200);
  assert.equal((await fetch(link, { method: "PUT", body: Buffer.alloc(1_001) })).status, 413);
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(600)) });
  const upload = await fetch(link, { method: "PUT", body: endless, duplex: "half" } as RequestInit).then(
    ({ status }) => status,
    () => "cut",
  );
  assert.ok(upload === 413 || upload === "cut");
  assert.equal((await fixture.storage.stat("up"))?.size, 1_000);
});

test("the directory comes from STORAGE_DIR, and its absence says so", async () => {
  await using fixture = await Fixture.open();
  const storage = openStorage(openContext({ env: { STORAGE_DIR: fixture.directory } }));
  await storage.put("file", "1");
  assert.equal((await fixture.storage.stat("file"))?.size, 1);
  assert.throws(
    () => openStorage(openContext({ env: {} })),
    (error) => isFault(error, "TF_RT_NOT_CONFIGURED"),
  );
  assert.throws(
    () => new LocalStorage({ directory: "files", secret: "short", maxUpload: 0 }),
    (error) => isFault(error, "TF_RT_OPTION") && error.lines.length === 3,
  );
});
