import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../testing/eventually.ts";
import { Permanent } from "../job.ts";
import { type Handle, job, lane, only, QUEUE, type QueueFixture, untilEnds, work } from "./fixture.ts";

/** When it is the turn of a job, and that it comes once. */
export function testTurns(open: () => Promise<QueueFixture>): void {
  test("hold back what is delayed, and nothing else", async () => {
    await using fixture = await open();
    const { backend } = fixture;
    const start = Date.now();
    let ran = 0;
    await using worked = work(backend, async (one) => {
      if (one.data === "later") ran = Date.now();
    });
    await backend.enqueue([job("later", { delay: 300 }), job("now")]);
    await untilEnds(worked, 1);
    assert.deepEqual(worked.begun, ["now"]);
    await untilEnds(worked, 2);
    assert.ok(ran - start >= 295, `${ran - start} ms`);
  });

  test("take the more urgent first, and of those in order", async () => {
    await using fixture = await open();
    const { backend } = fixture;
    const priorities = [5, 0, 9, 5, 0];
    await backend.enqueue(priorities.map((priority, index) => job(`${priority}-${index}`, { priority })));
    await using worked = work(backend);
    await untilEnds(worked, 5);
    assert.deepEqual(worked.begun, ["0-1", "0-4", "5-0", "5-3", "9-2"]);
  });

  test("take one of a name once while it is remembered, whoever enqueues it", async () => {
    await using fixture = await open();
    const other = fixture.another();
    const once = { name: "daily:2026-11-25", milliseconds: 60_000 };
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? fixture.backend : other).enqueue([job(index, { once })]),
      ),
    );
    const fresh = results.flat().filter(({ duplicate }) => !duplicate);
    assert.equal(fresh.length, 1);
    assert.ok(results.flat().every(({ id }) => id === fresh[0]?.id));
    await using worked = work(fixture.backend);
    await untilEnds(worked, 1);
    const [again] = await other.enqueue([job("done before", { once })]);
    assert.equal(again?.duplicate, true, "also when it is done");
    const [another] = await other.enqueue([job("of another name", { once: { ...once, name: "other" } })]);
    assert.equal(another?.duplicate, false);
    await untilEnds(worked, 2);
    await other.close();
  });

  test("forget a name once its job is done, when it is remembered no longer than that", async () => {
    await using fixture = await open();
    const { backend } = fixture;
    const once = { name: "reindex", milliseconds: Number.POSITIVE_INFINITY };
    const [first] = await backend.enqueue([job(1, { once })]);
    assert.equal((await backend.enqueue([job(2, { once })]))[0]?.id, first?.id);
    await using worked = work(backend);
    await untilEnds(worked, 1);
    assert.equal((await backend.enqueue([job(3, { once })]))[0]?.duplicate, false);
    await untilEnds(worked, 2);
    assert.deepEqual(worked.begun, [1, 3]);
  });

  test("run jobs of a key one after the other, in their order, however many workers there are", async () => {
    await using fixture = await open();
    const other = fixture.another();
    const order = new Map<string, number[]>();
    const running = new Set<string>();
    const handle: Handle = async (one) => {
      const [key, index] = one.data as [string, number];
      assert.ok(!running.has(key), `two of ${key} at the same time`);
      running.add(key);
      await sleep(Math.random() * 4);
      running.delete(key);
      // The second of each fails at first, and holds up those behind it.
      if (index === 1 && one.attempt === 1) throw new Error("again");
      order.set(key, [...(order.get(key) ?? []), index]);
    };
    await using one = work(fixture.backend, handle, 5);
    await using two = work(other, handle, 5);
    const keys = ["a", "b", "c"];
    for (let index = 0; index < 8; index++) {
      await fixture.backend.enqueue(keys.map((key) => job([key, index], { lane: lane(key) })));
    }
    await eventually("all ended", () => one.ends.length + two.ends.length >= keys.length * 9);
    for (const key of keys) assert.deepEqual(order.get(key), [0, 1, 2, 3, 4, 5, 6, 7]);
    await other.close();
  });

  test("run only so many of a group at a time, and use the places of those that wait to be tried again", async () => {
    await using fixture = await open();
    const other = fixture.another();
    let running = 0;
    let most = 0;
    const handle: Handle = async (one) => {
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
      if (one.attempt === 1 && Number(one.data) % 5 === 0) throw new Error("again");
    };
    await using one = work(fixture.backend, handle, 10);
    await using two = work(other, handle, 10);
    const jobs = Array.from({ length: 30 }, (_, index) => job(index, { lane: lane("tenant", 3, false) }));
    await fixture.backend.enqueue(jobs);
    // Sooner than by looking for themselves.
    await eventually("all ended", () => one.ends.length + two.ends.length >= 36, 10_000);
    assert.equal(most, 3);
    const completed = [...one.ends, ...two.ends].filter(([, end]) => end === "completed");
    assert.equal(completed.length, 30);
    await other.close();
  });

  test("a dead job, and one that is taken out, let the next of their key run", async () => {
    await using fixture = await open();
    const { backend } = fixture;
    const ids: string[] = [];
    for (const data of ["dies", "taken out", "runs"]) ids.push(await only(backend, job(data, { lane: lane("k") })));
    assert.equal(await backend.remove(QUEUE, ids[1] as string), true);
    await using worked = work(backend, async (one) => {
      if (one.data === "dies") throw new Permanent("dead");
    });
    await untilEnds(worked, 2);
    assert.deepEqual(worked.ends, [
      ["dies", "dead"],
      ["runs", "completed"],
    ]);
  });
}
