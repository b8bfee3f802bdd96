import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { describe, test } from "node:test";
import { isFault } from "../fault/index.ts";
import type { Storage, StoredFile } from "./storage.ts";

/** A storage to try, empty. */
export interface StorageFixture extends AsyncDisposable {
  readonly storage: Storage;
  /** Takes away what it keeps files in, for good. */
  takeAway(): Promise<void>;
}

const LARGE = 20 * 1_048_576;

async function collect(files: AsyncIterable<StoredFile>): Promise<StoredFile[]> {
  const collected: StoredFile[] = [];
  for await (const file of files) collected.push(file);
  return collected;
}

/** The keys of what is listed. */
export async function all(files: AsyncIterable<StoredFile>): Promise<string[]> {
  return (await collect(files)).map(({ key }) => key);
}

async function read(storage: Storage, key: string, start?: number, end?: number): Promise<string | null> {
  const opened = await storage.get(key, start === undefined ? {} : { range: { start, end } });
  return opened === null ? null : await text(opened.body);
}

/** What the server behind a storage does not do, and why its tests are skipped. */
export interface Lacks {
  /** Refuses links that were changed or have expired. */
  readonly signatures?: string;
  /** Answers with the headers that a link names. */
  readonly headers?: string;
}

/** What every storage promises, run on each of them. */
export function describeStorage(name: string, open: () => Promise<StorageFixture>, lacks: Lacks = {}): void {
  describe(`the ${name} storage`, () => {
    test("gives back what was put, from text, bytes or a stream, with its size, type and time", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      const before = Date.now();
      await storage.put("a/text.txt", "grüße");
      await storage.put("bytes.PNG", new Uint8Array([0, 255, 1]));
      await storage.put("a/b/stream", Readable.from([Buffer.from("one "), Buffer.from("two")]));
      await storage.put("empty", "");
      assert.equal(await read(storage, "a/text.txt"), "grüße");
      assert.equal(await read(storage, "a/b/stream"), "one two");
      assert.equal(await read(storage, "empty"), "");
      const opened = await storage.get("bytes.PNG");
      assert.ok(opened);
      assert.deepEqual([...(await buffer(opened.body))], [0, 255, 1]);
      assert.equal(opened.file.type, "image/png");
      assert.equal(opened.file.size, 3);
      assert.ok(Math.abs(opened.file.modified.getTime() - before) < 60_000);
    });

    test("tells the same of a file wherever it is asked, and another version once it was put anew", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      const put = await storage.put("file.csv", "a,b");
      const stat = await storage.stat("file.csv");
      const [listed] = await collect(storage.list("file"));
      const opened = await storage.get("file.csv");
      opened?.body.destroy();
      for (const one of [stat, listed, opened?.file]) {
        assert.deepEqual({ ...one, modified: null }, { ...put, modified: null });
      }
      await storage.put("file.csv", "b,a");
      assert.notEqual((await storage.stat("file.csv"))?.version, put.version);
    });

    test("knows nothing of what is not there, and deletes it without complaint", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      await storage.put("a/b", "1");
      for (const key of ["a", "a/c", "a/b/c", "b"]) {
        assert.equal(await storage.stat(key), null, key);
        assert.equal(await storage.get(key), null, key);
        await storage.delete(key);
      }
      await storage.delete("a/b");
      assert.equal(await storage.stat("a/b"), null);
      assert.deepEqual(await all(storage.list()), []);
      await storage.put("a", "a file where a directory was");
      assert.equal(await read(storage, "a"), "a file where a directory was");
    });

    test("reads ranges, and refuses those that are not there", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      await storage.put("digits", "0123456789");
      assert.equal(await read(storage, "digits", 2, 5), "234");
      assert.equal(await read(storage, "digits", 7), "789");
      assert.equal(await read(storage, "digits", 8, 1_000), "89");
      const part = await storage.get("digits", { range: { start: 0, end: 1 } });
      part?.body.destroy();
      assert.equal(part?.file.size, 10);
      for (const range of [{ start: 10 }, { start: -1 }, { start: 5, end: 5 }]) {
        await assert.rejects(storage.get("digits", { range }), (error) => isFault(error, "TF_RT_STORAGE_RANGE"));
      }
      assert.equal(await storage.get("nothing", { range: { start: 0 } }), null);
    });

    test("streams files that are larger than what it holds in memory", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      const chunk = randomBytes(1_000_003);
      const stored = await storage.put(
        "large.bin",
        Readable.from(
          (function* () {
            for (let at = 0; at < LARGE; at += chunk.length) yield chunk;
          })(),
        ),
      );
      const size = Math.ceil(LARGE / chunk.length) * chunk.length;
      assert.equal(stored.size, size);
      const opened = await storage.get("large.bin", { range: { start: 7 * chunk.length, end: 8 * chunk.length } });
      assert.ok(opened && (await buffer(opened.body)).equals(chunk));
      const whole = await storage.get("large.bin");
      assert.ok(whole);
      let read = 0;
      for await (const part of whole.body as AsyncIterable<Buffer>) read += part.length;
      assert.equal(read, size);
    });

    test("leaves the old content when a stream breaks or a signal aborts, and nothing half", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      await storage.put("file", "old");
      async function* breaks(bytes: number) {
        yield Buffer.alloc(bytes);
        throw new Error("the client left");
      }
      await assert.rejects(storage.put("file", breaks(10)), /the client left/);
      await assert.rejects(storage.put("file", breaks(LARGE)), /the client left/);
      const controller = new AbortController();
      async function* aborts() {
        yield Buffer.alloc(10);
        controller.abort(new Error("no more"));
        yield Buffer.alloc(10);
      }
      await assert.rejects(storage.put("file", aborts(), { signal: controller.signal }), /no more/);
      await assert.rejects(storage.put("new", "", { signal: controller.signal }), /no more/);
      assert.equal(await read(storage, "file"), "old");
      assert.deepEqual(await all(storage.list()), ["file"]);
    });

    test("readers see one content whole while many write", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      const content = (letter: string) => letter.repeat(200_000);
      await storage.put("shared/file", content("a"));
      let writing = true;
      const writers = ["b", "c", "d"].map(async (letter) => {
        for (let time = 0; time < 8; time++) await storage.put("shared/file", content(letter));
      });
      const written = Promise.all(writers).then(() => {
        writing = false;
      });
      let reads = 0;
      while (writing) {
        const found = (await read(storage, "shared/file")) ?? "";
        assert.equal(found.length, 200_000);
        assert.equal(new Set(found).size, 1);
        reads++;
      }
      await written;
      assert.ok(reads > 0);
    });

    test("writers and deleters of one directory at once lose no file that was put last", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      await Promise.all(
        Array.from({ length: 8 }, async (_, index) => {
          for (let time = 0; time < 10; time++) {
            await storage.put(`deep/er/${index}`, `${time}`);
            if (time < 9) await storage.delete(`deep/er/${index}`);
          }
        }),
      );
      const keys = Array.from({ length: 8 }, (_, index) => `deep/er/${index}`);
      assert.deepEqual(await all(storage.list()), keys);
    });

    test("lists by prefix and from a key on, in the order of the keys' bytes", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      const keys = ["a", "b-", "b.txt", "b/1", "b/10", "b/2/x", "b/é", "c/1", "ß"];
      for (const key of keys.toReversed()) await storage.put(key, key);
      assert.deepEqual(await all(storage.list()), keys);
      assert.deepEqual(await all(storage.list("b/")), ["b/1", "b/10", "b/2/x", "b/é"]);
      assert.deepEqual(await all(storage.list("b/1")), ["b/1", "b/10"]);
      assert.deepEqual(await all(storage.list("b")), keys.slice(1, 7));
      assert.deepEqual(await all(storage.list("nothing/")), []);
      for (const [at, after] of keys.entries()) {
        assert.deepEqual(await all(storage.list("", { after })), keys.slice(at + 1), after);
      }
      assert.deepEqual(await all(storage.list("b/", { after: "b/10" })), ["b/2/x", "b/é"]);
    });

    test("refuses keys that are not safe, everywhere", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      const bad = ["", "/etc/passwd", "../x", "a/../../x", "a/..", "./a", "a//b", "a/", "a\0b", "a\nb", "a\\b"];
      bad.push("\ud800", "x".repeat(256), "é/".repeat(400), ".tenfold/secret", ".tenfold");
      for (const key of bad) {
        const calls = [
          () => storage.put(key, "x"),
          () => storage.get(key),
          () => storage.stat(key),
          () => storage.delete(key),
          () => storage.link(key),
          () => storage.link(key, { method: "PUT" }),
        ];
        for (const call of calls) await assert.rejects(call(), (error) => isFault(error, "TF_RT_STORAGE_KEY"), key);
      }
      await assert.rejects(all(storage.list("../")), (error) => isFault(error, "TF_RT_STORAGE_KEY"));
      assert.deepEqual(await all(storage.list()), []);
    });

    test("gives out links that read one file, with its type", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      await storage.put("für/a b.txt", "text");
      const link = await storage.link("für/a b.txt", { expires: 60 });
      const response = await fetch(link);
      assert.equal(response.status, 200);
      assert.equal(await response.text(), "text");
      assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
      for (const expires of [0, 604_801, Number.NaN]) {
        await assert.rejects(storage.link("a", { expires }), (error) => isFault(error, "TF_RT_OPTION"));
      }
    });

    test("a link says under which name a file is saved", { skip: lacks.headers ?? false }, async () => {
      await using fixture = await open();
      const { storage } = fixture;
      await storage.put("für/a b.txt", "text");
      const named = await fetch(await storage.link("für/a b.txt", { download: "Bericht ü.txt" }));
      assert.match(
        named.headers.get("content-disposition") ?? "",
        /^attachment; .*filename\*=UTF-8''Bericht%20%C3%BC\.txt/,
      );
      await named.body?.cancel();
    });

    test("a link is good for what it was given out for, and for nothing else", {
      skip: lacks.signatures ?? false,
    }, async () => {
      await using fixture = await open();
      const { storage } = fixture;
      await storage.put("mine.txt", "mine");
      await storage.put("yours.txt", "yours");
      const link = await storage.link("mine.txt");
      const expired = await storage.link("mine.txt", { expires: 1 });
      const statusOf = async (url: string, init: RequestInit = {}) => {
        const response = await fetch(url, init);
        await response.body?.cancel();
        return response.status;
      };
      assert.equal(await statusOf(link.replace("mine.txt", "yours.txt")), 403);
      assert.equal(await statusOf(link, { method: "PUT", body: "x" }), 403);
      assert.equal(await statusOf(await storage.link("mine.txt", { method: "PUT" })), 403, "it does not read");
      assert.equal(await statusOf(link.replace(/(signature=..)(.)/i, (_, a, b) => a + (b === "0" ? "1" : "0"))), 403);
      const end = Date.now() + 10_000;
      while ((await statusOf(expired)) !== 403) assert.ok(Date.now() < end, "it expires");
      assert.equal(await read(storage, "mine.txt"), "mine");
    });

    test("a link to store stores", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      const link = await storage.link("up/load.bin", { method: "PUT" });
      const body = randomBytes(300_000);
      assert.equal((await fetch(link, { method: "PUT", body })).status, 200);
      const opened = await storage.get("up/load.bin");
      assert.ok(opened && (await buffer(opened.body)).equals(body));
    });

    test("says that it is away when it is", async () => {
      await using fixture = await open();
      const { storage } = fixture;
      await storage.check();
      await storage.put("file", "1");
      await fixture.takeAway();
      await assert.rejects(storage.check(), (error) => isFault(error, "TF_RT_STORAGE_AWAY"));
      await assert.rejects(storage.put("file", "2"), (error) => isFault(error, "TF_RT_STORAGE_AWAY"));
    });
  });
}
