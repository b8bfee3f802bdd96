import { open, stat } from "node:fs/promises";
import { Fault } from "../../fault/fault.ts";
import { systemCode } from "../../fault/system.ts";

/** What a dump is: an archive that pg_restore reads, or SQL, which may be compressed. */
export type DumpFormat =
  | { readonly kind: "archive" }
  | { readonly kind: "sql"; readonly compression: "gzip" | "zstd" | null };

const LOOK_AT = 4096;

function noDump(path: string, why: string): Fault {
  return new Fault("TF_IMPORT_FILE", `${path} ${why}`, {
    hint: "make one with pg_dump (plain, -Fc, -Ft or -Fd) or pg_dumpall; it may be compressed with gzip or zstd",
  });
}

/** Looks at the beginning of a file or into a directory. Fault: TF_IMPORT_FILE. */
export async function recognizeDump(path: string): Promise<DumpFormat> {
  try {
    if ((await stat(path)).isDirectory()) {
      await stat(`${path}/toc.dat`).catch(() => {
        throw noDump(path, "is a directory, and none that pg_dump -Fd has made: toc.dat is missing");
      });
      return { kind: "archive" };
    }
    await using file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOK_AT), 0, LOOK_AT, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head.toString("latin1", 0, 5) === "PGDMP") return { kind: "archive" };
    if (head.toString("latin1", 257, 262) === "ustar") return { kind: "archive" };
    if (head.length > 2 && head[0] === 0x1f && head[1] === 0x8b) return { kind: "sql", compression: "gzip" };
    if (head.length > 4 && head.readUInt32LE(0) === 0xfd2fb528) return { kind: "sql", compression: "zstd" };
    if (head.length === 0) throw noDump(path, "is empty");
    if (head.includes(0)) throw noDump(path, "is no dump of PostgreSQL");
    return { kind: "sql", compression: null };
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined || error instanceof Fault) throw error;
    throw noDump(path, code === "ENOENT" ? "does not exist" : `cannot be read: ${code}`);
  }
}
