import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../testing/eventually.ts";
import { job, NEVER, only, QUEUE, type QueueFixture, untilEnds, work } from "./fixture.ts";

/** What is seen of jobs, and how workers end. */
export function testOperation(open: () => Promise<QueueFixture>): void {
  test("show the progress of a job to others", async () => {
    await using fixture = await open();
    const other = fixture.another();
    const { promise: seen, resolve } = Promise.withResolvers<void>();
    await using worked = work(fixture.backend, async (one) => {
      const { progress } = one;
      await progress({ pages: 3 });
      await seen;
    });
    const id = await only(fixture.backend, job(1));
    const view = await eventually("there is progress", async () => {
      const found = await other.find(QUEUE, id);
      return found?.progress != null && found;
    });
    assert.deepEqual(view.progress, { pages: 3 });
    assert.equal(view.state, "running");
    assert.equal(await other.remove(QUEUE, id), false, "what runs is not taken out");
    resolve();
    await untilEnds(worked, 1);
    await other.close();
  });

  test("tell how many wait, and for how long the oldest does", async () => {
    await using fixture = await open();
    const { backend } = fixture;
    assert.deepEqual(await backend.measure(QUEUE), { waiting: 0, delayed: 0, running: 0, dead: 0, oldestAge: 0 });
    const enqueued = Date.now();
    await backend.enqueue([job(1), job(2, { priority: 4 }), job(3, { delay: 60_000 })]);
    await sleep(60);
    const { oldestAge, ...counts } = await backend.measure(QUEUE);
    assert.deepEqual(counts, { waiting: 2, delayed: 1, running: 0, dead: 0 });
    assert.ok(oldestAge >= 50 && oldestAge <= Date.now() - enqueued + 5, `${oldestAge} ms`);
  });

  test("a worker that stops finishes its jobs, and takes no other", async () => {
    await using fixture = await open();
    const { backend } = fixture;
    const { promise, resolve } = Promise.withResolvers<void>();
    await using worked = work(backend, () => promise);
    await backend.enqueue([job(1), job(2)]);
    await eventually("one runs", () => worked.begun.length === 1);
    const stopped = worked.consumer.stop(NEVER);
    resolve();
    await stopped;
    assert.deepEqual(worked.ends, [[1, "completed"]]);
    assert.equal((await backend.measure(QUEUE)).waiting, 1);
  });

  test("a worker that must stop at once gives its jobs back, whether they heed their signal or not", async () => {
    await using fixture = await open();
    const { backend } = fixture;
    const first = work(
      backend,
      async (one) => {
        if (one.data === "deaf") return await new Promise(() => {});
        await new Promise((_, reject) => one.signal.addEventListener("abort", () => reject(one.signal.reason)));
      },
      2,
    );
    await backend.enqueue([job("heeds", { attempts: 1 }), job("deaf", { attempts: 1 })]);
    await eventually("both run", () => first.begun.length === 2);
    await first.consumer.stop(AbortSignal.abort());
    assert.deepEqual(first.ends, [], "they have not failed");
    await using second = work(backend);
    await untilEnds(second, 2);
    assert.deepEqual(second.begun.toSorted(), ["deaf", "heeds"]);
  });
}
