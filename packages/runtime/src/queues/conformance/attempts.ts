import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../testing/eventually.ts";
import { type Job, Permanent } from "../job.ts";
import { job, only, QUEUE, type QueueFixture, untilEnds, work } from "./fixture.ts";

/** That each job is done, tried again, and dead when it cannot be done. */
export function testAttempts(open: () => Promise<QueueFixture>): void {
  test("give each job once, in order, with all that was said of it", async () => {
    await using fixture = await open();
    const { backend } = fixture;
    const token = "0/16B3748";
    const data = [{ deep: [1, "ü"] }, null, "text", 4];
    const before = Date.now();
    const enqueued = await backend.enqueue(data.map((one) => job(one, { token })));
    const seen: Job[] = [];
    await using worked = work(backend, async (one) => seen.push(one));
    await untilEnds(worked, 4);
    assert.deepEqual(worked.begun, data);
    assert.deepEqual(
      seen.map(({ id }) => id),
      enqueued.map(({ id }) => id),
    );
    const [first] = seen;
    assert.ok(first);
    const { queue, task, attempt, attempts } = first;
    assert.deepEqual({ queue, task, attempt, attempts }, { queue: QUEUE, task: "report", attempt: 1, attempts: 3 });
    assert.equal(first.token, token);
    assert.ok(Math.abs(first.enqueuedAt.getTime() - before) < 60_000);
    assert.equal(await backend.find(QUEUE, first.id), null, "what is done is gone");
  });

  test("work as many at a time as they may, over all workers, and each job once", async () => {
    await using fixture = await open();
    const others = fixture.another();
    const handle = () => sleep(5);
    await using one = work(fixture.backend, handle, 3);
    await using two = work(others, handle, 4);
    const jobs = Array.from({ length: 100 }, (_, index) => job(index));
    await fixture.backend.enqueue(jobs);
    await eventually("all ended", () => one.ends.length + two.ends.length >= 100);
    assert.deepEqual(
      [...one.begun, ...two.begun].toSorted((a, b) => Number(a) - Number(b)),
      jobs.map(({ data }) => data),
    );
    assert.ok(one.most() <= 3 && two.most() <= 4);
    assert.ok(one.begun.length > 0 && two.begun.length > 0);
    await others.close();
  });

  test("try again what fails, later each time, until its attempts are used up", async () => {
    await using fixture = await open();
    const { backend } = fixture;
    const attempts: number[] = [];
    await using worked = work(backend, async (one) => {
      attempts.push(one.attempt);
      if (one.data === "bad" || one.attempt === 1) throw new Error(`no ${one.attempt}`);
    });
    const id = await only(backend, job("bad"));
    await untilEnds(worked, 3);
    assert.deepEqual(attempts, [1, 2, 3]);
    assert.deepEqual(
      worked.ends.map(([, end]) => end),
      ["failed", "failed", "dead"],
    );
    const found = await eventually("it is dead", async () => {
      const view = await backend.find(QUEUE, id);
      return view?.state === "dead" && view;
    });
    assert.equal(found.error, "no 3");
    assert.equal(found.failures, 3);
    await only(backend, job("once"));
    await untilEnds(worked, 5);
    assert.deepEqual(worked.ends.slice(3), [
      ["once", "failed"],
      ["once", "completed"],
    ]);
  });

  test("give up at once what says that it is permanent", async () => {
    await using fixture = await open();
    await using worked = work(fixture.backend, async () => {
      throw new Permanent("no such customer");
    });
    await only(fixture.backend, job(1, { attempts: 10 }));
    await untilEnds(worked, 1);
    assert.deepEqual(worked.ends, [[1, "dead"]]);
  });

  test("keep dead letters, the last first, and replay them with all their attempts", async () => {
    await using fixture = await open();
    const { backend } = fixture;
    let broken = true;
    await using worked = work(backend, async () => {
      if (broken) throw new Permanent("not yet");
    });
    const ids: string[] = [];
    for (const data of [1, 2, 3]) {
      ids.push(await only(backend, job(data)));
      await untilEnds(worked, data);
    }
    const dead = await backend.dead(QUEUE, 0, 2);
    assert.deepEqual(
      dead.map(({ data, error }) => [data, error]),
      [
        [3, "not yet"],
        [2, "not yet"],
      ],
    );
    assert.equal((await backend.dead(QUEUE, 2, 5)).length, 1);
    broken = false;
    assert.equal(await backend.replay(QUEUE, ids[0] as string), true);
    await untilEnds(worked, 4);
    assert.deepEqual(worked.ends[3], [1, "completed"]);
    assert.equal(await backend.replay(QUEUE, ids[0] as string), false, "it is not dead any more");
    assert.equal((await backend.measure(QUEUE)).dead, 2);
    assert.equal(await backend.remove(QUEUE, ids[1] as string), true);
    assert.equal((await backend.measure(QUEUE)).dead, 1);
  });
}
