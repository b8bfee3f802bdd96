import { createHash } from "node:crypto";
import { PassThrough, type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import { Fault } from "../../fault/fault.ts";
import { systemCode } from "../../fault/system.ts";
import type { Place } from "./place.ts";

/** What went through a stream. */
export interface Measured {
  readonly size: number;
  readonly sha256: string;
}

/** Counts and hashes what passes through it. */
class Meter extends Transform {
  readonly #hash = createHash("sha256");
  #size = 0;

  override _transform(chunk: Buffer, _encoding: string, done: (error: null, chunk: Buffer) => void): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    done(null, chunk);
  }

  /** Once everything has passed. */
  measure(): Measured {
    return { size: this.#size, sha256: this.#hash.digest("hex") };
  }
}

function compressor(): Transform {
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = constants;
  return createZstdCompress({ params: { [ZSTD_c_compressionLevel]: 3, [ZSTD_c_checksumFlag]: 1 } });
}

/** Compresses a stream into a file of a place, and gives the measures of what was read and of what was written. */
export async function store(
  place: Place,
  name: string,
  { content, signal }: { readonly content: Readable; readonly signal: AbortSignal },
): Promise<{ readonly plain: Measured; readonly kept: Measured }> {
  const plain = new Meter();
  const kept = new Meter();
  const exit = new PassThrough();
  const ends = await Promise.allSettled([
    place.put(name, exit, signal),
    pipeline(content, plain, compressor(), kept, exit, { signal }),
  ]);
  const reasons: unknown[] = ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
  // Whichever side breaks ends the other one too; a fault says more than a stream that ended early.
  if (reasons.length > 0) throw reasons.find((reason) => reason instanceof Fault) ?? reasons.at(-1);
  return { plain: plain.measure(), kept: kept.measure() };
}

/** A file is not what it was when it was written. */
export function damaged(place: Place, name: string, what: string): Fault {
  return new Fault("TF_BACKUP_DAMAGED", `${name} in ${place.title} ${what}`, {
    hint: "use another backup (tenfold backup --list), and make a new one: tenfold backup",
  });
}

/** Checks the hash of what passes through, at the end of it. */
class Check extends Transform {
  readonly #hash = createHash("sha256");
  readonly #expected: string;
  readonly #failure: () => Fault;

  constructor(expected: string, failure: () => Fault) {
    super();
    this.#expected = expected;
    this.#failure = failure;
  }

  override _transform(chunk: Buffer, _encoding: string, done: (error: null, chunk: Buffer) => void): void {
    this.#hash.update(chunk);
    done(null, chunk);
  }

  override _flush(done: (error: Error | null) => void): void {
    done(this.#hash.digest("hex") === this.#expected ? null : this.#failure());
  }
}

/**
 * Sends the decompressed content of a file to a writer. The hash is checked at the end, so nothing that was made of the
 * content may be used before this has resolved. Fault: TF_BACKUP_DAMAGED.
 */
export async function load(
  place: Place,
  name: string,
  {
    sha256,
    of,
    into,
    signal,
  }: {
    readonly sha256: string;
    /** Whether the hash is that of the file, or of its content. */
    readonly of: "kept" | "plain";
    readonly into: NodeJS.WritableStream;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const content = await place.get(name, signal);
  if (content === null) throw damaged(place, name, "is missing");
  const check = new Check(sha256, () => damaged(place, name, "is damaged: its checksum is wrong"));
  const unpack = createZstdDecompress();
  try {
    if (of === "kept") await pipeline(content, check, unpack, into, { signal });
    else await pipeline(content, unpack, check, into, { signal });
  } catch (error) {
    if (/^(ERR_)?ZSTD|^Z_|ZSTD_error/.test(systemCode(error) ?? ""))
      throw damaged(place, name, `is damaged: ${(error as Error).message}`);
    throw error;
  }
}

/** A small file as text; `null` when there is none. */
export async function readSmall(place: Place, name: string, signal: AbortSignal): Promise<string | null> {
  const content = await place.get(name, signal);
  if (content === null) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of content as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
