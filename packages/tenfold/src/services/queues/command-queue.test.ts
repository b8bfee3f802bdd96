import assert from "node:assert/strict";
import { test } from "node:test";
import type { Driver } from "../../drivers/driver.ts";
import type { Launch } from "../../fleet/launch.ts";
import { eventually } from "../../testing/eventually.ts";
import { CommandQueue } from "./command-queue.ts";

test("an empty queue has no oldest job, where its command tells ages at all", async () => {
  let printed = "0";
  const driver: Pick<Driver, "run"> = {
    run: async (_, { sink }) => {
      sink?.write(printed);
      return { code: 0, signal: null, output: printed, timedOut: false };
    },
  };
  const queue = new CommandQueue();
  const read = () => queue.read(driver as Driver, {} as Launch, new AbortController().signal);
  /** A command that was just asked is not asked again at once. */
  const prints = async (text: string, queued: number): Promise<number | null> => {
    printed = text;
    await eventually(`${text} is read`, async () => (await read()).queued === queued);
    return (await read()).oldest;
  };
  assert.equal(await prints("0", 0), null);
  assert.equal(await prints("12", 12), null);
  assert.equal(await prints("7 35s", 7), 35_000);
  assert.equal(await prints("0", 0), 0);
});

test("what a slow command said counts until it runs again, and no longer", async (t) => {
  const now = (): number => Date.now();
  t.mock.timers.enable({ apis: ["Date"], now: 1_700_000_000_000 });
  const pass = (seconds: number): void => t.mock.timers.setTime(now() + seconds * 1_000);
  let runs = 0;
  let takes: number | null = 20;
  const driver: Pick<Driver, "run"> = {
    run: async (_, { sink }) => {
      runs += 1;
      if (takes === null) return new Promise(() => {});
      pass(takes);
      sink?.write(`${runs}`);
      return { code: 0, signal: null, output: "", timedOut: false };
    },
  };
  const queue = new CommandQueue();
  const read = async () => (await queue.read(driver as Driver, {} as Launch, new AbortController().signal)).queued;
  assert.equal(await read(), 1);
  // It takes a tenth of the time: 200 s from one run to the next.
  for (let looks = 0; looks < 35; looks += 1) {
    pass(5);
    assert.equal(await read(), 1, `after ${(looks + 1) * 5} s`);
  }
  pass(10);
  assert.equal(await read(), 2);
  pass(180);
  takes = null;
  assert.equal(await read(), 2);
  pass(41);
  await assert.rejects(read(), /its command has not answered for 221 s/);
});
