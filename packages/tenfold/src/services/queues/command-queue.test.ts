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
