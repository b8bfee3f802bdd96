import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../testing/eventually.ts";
import type { AttemptEnd, Consumer, QueueBackend } from "./backend.ts";
import { type Job, type Lane, type NewJob, Permanent } from "./job.ts";

/** Queues to try, empty. */
export interface QueueFixture extends AsyncDisposable {
  readonly backend: QueueBackend;
  /** The same queues, as another process has them. */
  another(): QueueBackend;
}

const QUEUE = "reports";
const NEVER = new AbortController().signal;
const BACKOFF = { first: 20, most: 40 };

function job(data: unknown, options: Partial<NewJob> = {}): NewJob {
  const usual = {
    queue: QUEUE,
    task: "report",
    once: null,
    delay: 0,
    priority: 0,
    attempts: 3,
    lane: null,
    token: null,
  };
  return { ...usual, data, ...options };
}

interface Worked extends AsyncDisposable {
  readonly consumer: Consumer;
  /** Data of jobs, in the order in which they were begun. */
  readonly begun: unknown[];
  readonly ends: [data: unknown, end: AttemptEnd][];
  /** The most that ran at the same time. */
  readonly most: () => number;
}

type Handle = (job: Job) => Promise<unknown>;

function work(backend: QueueBackend, handle: Handle = async () => {}, concurrency = 1): Worked {
  const begun: unknown[] = [];
  const ends: [unknown, AttemptEnd][] = [];
  let running = 0;
  let most = 0;
  const consumer = backend.consume(
    { queue: QUEUE, concurrency, backoff: BACKOFF },
    async (one) => {
      begun.push(one.data);
      running++;
      most = Math.max(most, running);
      try {
        return await handle(one);
      } finally {
        running--;
      }
    },
    { onEnd: (one, end) => ends.push([one.data, end]), onTrouble: () => {} },
  );
  return { consumer, begun, ends, most: () => most, [Symbol.asyncDispose]: () => consumer.stop(AbortSignal.abort()) };
}

const lane = (key: string, limit = 1, ordered = true): Lane => ({ key, limit, ordered });

async function untilEnds({ ends }: Worked, count: number): Promise<void> {
  await eventually(`${count} attempts ended`, () => ends.length >= count);
}

async function only(backend: QueueBackend, one: NewJob): Promise<string> {
  const [enqueued] = await backend.enqueue([one]);
  assert.ok(enqueued);
  return enqueued.id;
}

/** What every place where queues are kept promises, run on each of them. */
export function describeQueues(name: string, open: () => Promise<QueueFixture>): void {
  describe(`queues in ${name}`, () => {
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

    test("show the progress of a job to others", async () => {
      await using fixture = await open();
      const other = fixture.another();
      const { promise: seen, resolve } = Promise.withResolvers<void>();
      await using worked = work(fixture.backend, async (one) => {
        await one.progress({ pages: 3 });
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
  });
}
