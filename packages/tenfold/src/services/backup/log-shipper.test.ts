import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Fault } from "../../fault/fault.ts";
import { parseKeptName, SEGMENT_BYTES, segmentName } from "../../fleet/backup/log-file.ts";
import type { MemberName } from "../../fleet/member.ts";
import { specOf } from "../../testing/memory-fleet.ts";
import type { Context } from "../service.ts";
import { LogShipper } from "./log-shipper.ts";

const SYSTEM = 7_712_047_975_625_670_580n;

/** The beginning of a file of the log, as PostgreSQL writes it. */
function segment(number: number, system: bigint = SYSTEM): Buffer {
  const page = Buffer.alloc(64);
  page.writeBigUInt64LE(BigInt(number) * BigInt(SEGMENT_BYTES), 8);
  page.writeBigUInt64LE(system, 24);
  return page;
}

interface Fixture extends AsyncDisposable {
  readonly context: Context;
  write(path: string, content: Buffer | string): Promise<void>;
  kept(): Promise<string[]>;
  spooled(): Promise<string[]>;
}

async function fleetWith(to = "kept", id = "f1"): Promise<Fixture> {
  const project = await mkdtemp(join(tmpdir(), "shipper-"));
  const home = join(project, ".tenfold");
  const write = async (path: string, content: Buffer | string): Promise<void> => {
    await mkdir(join(home, path, ".."), { recursive: true });
    await writeFile(join(home, path), content);
  };
  const control = Buffer.alloc(8);
  control.writeBigUInt64LE(SYSTEM);
  await write("data/postgres-2/global/pg_control", control);
  await mkdir(join(home, "log-spool"));
  const spec = specOf({ name: "shop", web: "x", postgres: true, backups: { to } });
  const fleet = {
    id,
    spec,
    paths: { project, state: home, home, run: home },
    topology: { postgresPrimary: "postgres-2" as MemberName },
    release: { number: 1 },
    releases: new Map(),
  };
  return {
    context: { fleet, signal: new AbortController().signal } as unknown as Context,
    write,
    kept: async () => {
      const names = await readdir(join(project, "kept", "shop", "log", `${SYSTEM}`)).catch(() => []);
      return names.flatMap((name) => parseKeptName(name, 0)?.name ?? []).sort();
    },
    spooled: () => readdir(join(home, "log-spool")),
    [Symbol.asyncDispose]: () => rm(project, { recursive: true }),
  };
}

test("what is in the spool is kept once, and leaves the spool", async () => {
  await using fleet = await fleetWith();
  const shipper = new LogShipper();
  assert.equal(await shipper.ship(fleet.context), 0);
  await fleet.write(`log-spool/${segmentName(1, 3)}`, segment(3));
  await fleet.write(`log-spool/.${segmentName(1, 4)}.unfinished`, segment(4));
  assert.equal(await shipper.ship(fleet.context), 1);
  // A server that does not know that it was taken brings it again.
  await fleet.write(`log-spool/${segmentName(1, 3)}`, segment(3));
  assert.equal(await new LogShipper().ship(fleet.context), 1);
  assert.deepEqual(await fleet.kept(), [segmentName(1, 3)]);
  assert.deepEqual(await fleet.spooled(), [`.${segmentName(1, 4)}.unfinished`]);
});

test("what a dead primary did not put into the spool is taken from another server", async () => {
  await using fleet = await fleetWith();
  const shipper = new LogShipper();
  await fleet.write(`log-spool/${segmentName(1, 3)}`, segment(3));
  await shipper.ship(fleet.context);
  for (const number of [4, 5]) await fleet.write(`data/postgres-2/pg_wal/${segmentName(1, number)}`, segment(number));
  await fleet.write("log-spool/00000002.history", "1\t0/6000148\tno recovery target specified\n");
  await fleet.write(`log-spool/${segmentName(2, 6)}`, segment(6));
  await shipper.ship(fleet.context);
  const whole = [segmentName(1, 3), segmentName(1, 4), segmentName(1, 5), "00000002.history", segmentName(2, 6)];
  assert.deepEqual(await fleet.kept(), whole.sort());
});

test("files that wait to be used again, and those of other data, are not taken for what is missing", async () => {
  await using fleet = await fleetWith();
  const shipper = new LogShipper();
  await fleet.write(`log-spool/${segmentName(1, 3)}`, segment(3));
  await shipper.ship(fleet.context);
  await fleet.write(`data/postgres-2/pg_wal/${segmentName(1, 4)}`, segment(1));
  await fleet.write(`data/postgres-2/pg_wal/${segmentName(1, 5)}`, segment(5, 1n));
  await fleet.write("log-spool/00000002.history", "1\t0/6000148\tno recovery target specified\n");
  await shipper.ship(fleet.context);
  assert.deepEqual(await fleet.kept(), [segmentName(1, 3), "00000002.history"].sort());
});

test("a place that cannot be used leaves everything in the spool", async () => {
  await using fleet = await fleetWith("/dev/null/kept");
  await fleet.write(`log-spool/${segmentName(1, 3)}`, segment(3));
  await assert.rejects(
    new LogShipper().ship(fleet.context),
    (error) => error instanceof Fault && error.code === "TF_BACKUP_PLACE",
  );
  assert.deepEqual(await fleet.spooled(), [segmentName(1, 3)]);
});
