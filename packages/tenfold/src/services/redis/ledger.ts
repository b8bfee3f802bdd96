import type { MemberName } from "../../fleet/member.ts";
import { dataDirectory } from "../../fleet/paths.ts";
import { bytes } from "../../units/bytes.ts";
import type { Context, LostWrites } from "../service.ts";

/** So much of a file is looked at; more than that is not lost in a moment. */
const TAIL = bytes(4 * 1024 * 1024);
/** What a master sends its replicas each second besides writes, so much may be missing between two looks. */
const PINGS = 2 * "*1\r\n$4\r\nPING\r\n".length;

/** How far a master was at a moment. */
interface Moment {
  /** In the stream to its replicas, in bytes. */
  readonly offset: number;
  /** In its append-only file, in bytes, as it counts itself. */
  readonly written: number;
  /** The file's parts; others after it was rewritten. */
  readonly files: string;
  /** Bytes on the disk that it does not count: the least that was ever seen, for writes go on while one looks. */
  readonly uncounted: number;
}

interface OnDisk {
  readonly files: readonly string[];
  readonly size: number;
}

/** A field of what INFO answers; `""` when it is not there. */
export function infoField(info: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim() ?? "";
}

/** The lengths of the writes at the end of an append-only file, the last one first. */
export function lastWrites(tail: string): number[] {
  const starts: number[] = [];
  for (const { index } of tail.matchAll(/(?<=^|\r\n)\*\d+\r\n\$\d+\r\n/g)) starts.push(index);
  const ends = [...starts.slice(1), tail.length];
  return starts.map((start, at) => Buffer.byteLength(tail.slice(start, ends[at]))).reverse();
}

/** How many of the last writes make up so many bytes, as nearly as can be. */
export function writesWithin(lengths: readonly number[], lost: number): number {
  let sum = 0;
  let count = 0;
  for (const length of lengths) {
    if (sum + length / 2 > lost) break;
    sum += length;
    count += 1;
  }
  return count;
}

/**
 * Counts what a failover lost. A master writes the same commands to its file and to its replicas, so one look at both
 * positions tells, from the file that a dead master leaves, how far its stream had come; what its successor lacks is the
 * end of that file. Unknown when the file was rewritten meanwhile.
 */
export class RedisLedger {
  readonly #moments = new Map<MemberName, Moment>();

  /** Takes down where a master is, by all that INFO says at one moment. */
  async note(context: Context, name: MemberName, info: string): Promise<void> {
    if (infoField(info, "role") !== "master") return void this.#moments.delete(name);
    const written = Number(infoField(info, "aof_current_size")) + Number(infoField(info, "aof_buffer_length"));
    const onDisk = await look(context, name);
    const files = onDisk.files.join();
    const before = this.#moments.get(name);
    const uncounted = onDisk.size - written;
    this.#moments.set(name, {
      offset: Number(infoField(info, "master_repl_offset")),
      written,
      files,
      uncounted: before?.files === files ? Math.min(before.uncounted, uncounted) : uncounted,
    });
  }

  /** What a dead master had and a successor at this offset has not; `null` when it cannot be told. */
  async lost(context: Context, gone: MemberName, offset: number): Promise<LostWrites | null> {
    const moment = this.#moments.get(gone);
    const { files, size } = await look(context, gone);
    const newest = files.at(-1);
    if (moment === undefined || newest === undefined || files.join() !== moment.files) return null;
    const missing = moment.offset + (size - moment.uncounted - moment.written) - offset;
    if (missing <= PINGS) return { writes: 0, bytes: bytes(0) };
    const tail = (await context.driver.readText(newest, TAIL)) ?? "";
    return { writes: writesWithin(lastWrites(tail), missing), bytes: bytes(missing) };
  }
}

/** The parts of an append-only file (Redis 7), the newest last. */
async function look({ fleet, driver }: Context, name: MemberName): Promise<OnDisk> {
  const directory = `${dataDirectory(fleet.paths, name)}/appendonlydir`;
  const manifest = (await driver.readText(`${directory}/appendonly.aof.manifest`, TAIL)) ?? "";
  const files = [...manifest.matchAll(/^file (\S+) seq \d+ type [bi]/gm)].map(([, file]) => `${directory}/${file}`);
  const sizes = await Promise.all(files.map((file) => driver.sizeOf(file)));
  return { files, size: sizes.reduce<number>((sum, size) => sum + size, 0) };
}
