import assert from "node:assert/strict";
import { test } from "node:test";
import type { BackupRecord, StoredState } from "../journal/state.ts";
import type { Services } from "../services/service.ts";
import { eventually } from "../testing/eventually.ts";
import { specOf } from "../testing/memory-fleet.ts";
import { BackupChores } from "./backup-chores.ts";
import { nextBackup } from "./backup-report.ts";
import type { Members } from "./members.ts";
import type { Store } from "./store.ts";

const HOUR = 3_600_000;

function stateWith(record: BackupRecord | undefined, schedule = "every 6h", wanted = "running"): StoredState {
  const spec = specOf({ name: "shop", web: "x", postgres: true, backups: { schedule } });
  const more = record === undefined ? {} : { backups: record };
  return { spec, wanted, releases: [{ createdAt: 10 * HOUR }], ...more } as unknown as StoredState;
}

test("the next backup is due a schedule after the last one, or after the fleet began", () => {
  assert.equal(nextBackup(stateWith(undefined)), 16 * HOUR);
  assert.equal(nextBackup(stateWith({ triedAt: 20 * HOUR, madeAt: 20 * HOUR, failure: null })), 26 * HOUR);
  assert.equal(nextBackup(stateWith(undefined, "every 6h", "stopped")), null);
});

interface Run extends Disposable {
  readonly begun: () => number;
  readonly notes: string[];
  readonly shipped: () => number;
}

function run(state: StoredState, now: number, ship: () => Promise<number> = async () => 0): Run {
  let begun = 0;
  let shipped = 0;
  const notes: string[] = [];
  const chores = new BackupChores({
    members: { context: () => ({}) } as unknown as Members,
    store: { state } as Store,
    services: { backup: { ship: () => ship().finally(() => (shipped += 1)) } } as unknown as Services,
    now: () => now,
    note: (text) => notes.push(text),
    begin: () => (begun += 1),
  });
  return { begun: () => begun, shipped: () => shipped, notes, [Symbol.dispose]: () => chores.close() };
}

test("a backup that is due is begun, also when it was due while nobody looked; before that, none is", async () => {
  using early = run(stateWith(undefined), 15 * HOUR);
  using late = run(stateWith(undefined), 99 * HOUR);
  await eventually("a look", () => early.shipped() > 0 && late.begun() > 0);
  assert.equal(early.begun(), 0);
});

test("after a failure it waits a while", async () => {
  const record = { triedAt: 99 * HOUR, madeAt: null, failure: "the disk is full" };
  using soon = run(stateWith(record), 99 * HOUR + 60_000);
  using later = run(stateWith(record), 100 * HOUR);
  await eventually("a look", () => soon.shipped() > 0 && later.begun() > 0);
  assert.equal(soon.begun(), 0);
});

test("a log that cannot be copied is told once", async () => {
  const failing = (): Promise<number> => Promise.reject(new Error("no route to the store"));
  using chores = run(stateWith(undefined), 15 * HOUR, failing);
  await eventually("an attempt", () => chores.shipped() > 0 && chores.notes.length > 0);
  assert.match(chores.notes[0] ?? "", /cannot be copied, and waits on this machine: no route to the store/);
});
