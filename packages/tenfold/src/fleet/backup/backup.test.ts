import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../fault/fault.ts";
import { chooseBackup, type RestoreTarget } from "./choose.ts";
import { keptName, parseHistory, parseKeptName, parseLogFile, segmentName, segmentOf } from "./log-file.ts";
import { backupId, isBackupId, type Manifest } from "./manifest.ts";
import { expiredBackups, expiredLog } from "./retention.ts";
import { findHole, timelineAt } from "./timeline.ts";

const SHA = "a".repeat(64);
const minute = (count: number): number => count * 60_000;

function manifest(at: number, start: string, system = "7"): Manifest {
  const postgres = { major: 15, system, timeline: 1, start, end: start };
  return {
    id: backupId(at),
    fleet: "shop",
    tenfold: "0",
    release: 1,
    startedAt: at,
    finishedAt: at + 500,
    files: [],
    postgres,
  };
}

test("names of the log are read and made", () => {
  assert.deepEqual(parseLogFile("0000000200000001000000FF"), { kind: "segment", timeline: 2, number: 511 });
  assert.equal(segmentName(2, 511), "0000000200000001000000FF");
  assert.equal(segmentName(1, 512), "000000010000000200000000");
  assert.deepEqual(parseLogFile("0000000A.history"), { kind: "history", timeline: 10 });
  assert.equal(parseLogFile("000000010000000000000003.partial"), undefined);
  assert.equal(segmentOf("0/2000028"), 2);
  const kept = keptName("0000000A.history", SHA, 17.6);
  assert.deepEqual(parseKeptName(kept, 9), { name: "0000000A.history", sha256: SHA, at: 18, kept, size: 9 });
  assert.equal(isBackupId(backupId(Date.now())), true);
});

const manifests = [manifest(minute(10), "0/2000028"), manifest(minute(20), "0/5000028")];

function choose(to: RestoreTarget, id: string | null = null): string {
  try {
    return chooseBackup(manifests, { id, to, now: minute(60), place: "there" }).id;
  } catch (error) {
    assert.ok(error instanceof Fault);
    return error.code;
  }
}

test("a moment takes the newest backup that was finished by then", () => {
  assert.equal(choose({ kind: "backup" }), backupId(minute(20)));
  assert.equal(choose({ kind: "latest" }, backupId(minute(10))), backupId(minute(10)));
  assert.equal(choose({ kind: "time", at: minute(20) }), backupId(minute(10)));
  assert.equal(choose({ kind: "time", at: minute(21) }), backupId(minute(20)));
  assert.equal(choose({ kind: "time", at: minute(10) }), "TF_RESTORE_TIME");
  assert.equal(choose({ kind: "time", at: minute(61) }), "TF_RESTORE_TIME");
  assert.equal(choose({ kind: "time", at: minute(15) }, backupId(minute(20))), "TF_RESTORE_TIME");
  assert.equal(choose({ kind: "backup" }, "20000101T000000Z"), "TF_BACKUP_UNKNOWN");
});

test("a moment is looked for on the timeline that was in force, not on one that undid it", () => {
  const failover = {
    number: 2,
    forks: parseHistory("1\t0/3000000\tno recovery target specified\n"),
    since: minute(30),
  };
  const undone = {
    number: 3,
    forks: parseHistory("1\t0/3000000\tno recovery target specified\n2\t0/4000000\tbefore 2026-11-25 09:42:29+00\n"),
    since: minute(50),
  };
  const after = {
    number: 4,
    forks: [...undone.forks, { timeline: 3, at: "0/5000000", reason: "" }],
    since: minute(55),
  };
  const timelines = [failover, undone, after];
  assert.equal(timelineAt(timelines, 1, minute(25)), 2);
  assert.equal(timelineAt(timelines, 1, minute(45)), 2);
  assert.equal(timelineAt(timelines, 1, minute(58)), 4);
  assert.equal(timelineAt(timelines, 3, minute(58)), 4);
  assert.equal(timelineAt([], 1, minute(58)), 1);
});

test("a hole in the log is found, also across timelines", () => {
  const forks = parseHistory("1\t0/4000100\tno recovery target specified");
  const names = [segmentName(1, 2), segmentName(1, 3), segmentName(2, 4), segmentName(2, 5)];
  const way = { first: 2, target: 2, forks };
  assert.equal(findHole(names, way), null);
  assert.deepEqual(findHole(names.slice(0, 1).concat(names.slice(2)), way), { timeline: 1, segment: 3 });
  assert.deepEqual(findHole([names[0] ?? "", names[3] ?? ""], way), { timeline: 1, segment: 3 });
  assert.equal(findHole([segmentName(1, 2), segmentName(1, 3), segmentName(1, 9)], { ...way, target: 2 }), null);
  assert.deepEqual(findHole([], way), { timeline: 1, segment: 2 });
});

test("what no kept backup needs goes, and histories stay", () => {
  assert.deepEqual(expiredBackups(manifests, 1), [manifests[0]]);
  assert.deepEqual(expiredBackups(manifests, 2), []);
  const log = [segmentName(1, 4), segmentName(1, 5), "00000002.history"].flatMap(
    (name) => parseKeptName(keptName(name, SHA, 1), 1) ?? [],
  );
  assert.deepEqual(
    expiredLog(log, "7", manifests.slice(1)).map(({ name }) => name),
    [segmentName(1, 4)],
  );
  assert.equal(expiredLog(log, "8", manifests).length, 3);
});
