import assert from "node:assert/strict";
import { test } from "node:test";
import type { FleetReport, HealthReport } from "@tenfold/protocol";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { eventually } from "../harness/eventually.ts";
import { createProject, type Project } from "../harness/project.ts";
import { connectRedis } from "../harness/writers.ts";

const SERVER = `
import { createServer } from "node:http";
createServer((request, response) => response.end("ok")).listen(process.env.PORT, process.env.HOST);
`;

/** Asked to end, it goes on with its job until there is a file that says so. */
const WORKER = `
import { existsSync } from "node:fs";
setInterval(() => {}, 1000);
process.on("SIGTERM", () => setInterval(() => existsSync("done") && process.exit(0), 20));
`;

const BOUNDS = "instances: { min: 1, max: 3 }";

/** What the engine exports of a queue, by its worker: depth, in hand, age of the oldest in seconds, jobs ever. */
interface Seen {
  readonly readable?: number;
  readonly depth?: number;
  readonly in_flight?: number;
  readonly oldest_seconds?: number;
  readonly jobs_total?: number;
}

async function seen(project: Project): Promise<Readonly<Record<string, Seen>>> {
  const { "engine/metrics": port } = project.state.ports as Readonly<Record<string, number>>;
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const found: Record<string, Record<string, number>> = {};
  for (const [, figure = "", worker = "", value] of text.matchAll(
    /^tenfold_queue_(\w+)\{queue="\w+",worker="(\w+)"\} (\S+)$/gm,
  ))
    found[worker] = { ...found[worker], [figure]: Number(value) };
  return found;
}

/** What Celery 5.2, RQ 1.13 and Sidekiq 6.4 had in Redis while a worker had one job and others waited, a minute old. */
async function leaveJobs(redis: Redis): Promise<void> {
  const then = Date.now() - 60_000;
  const message = (id: string): string =>
    JSON.stringify({
      body: "W1s2MF0sIHt9LCB7fV0=",
      headers: { lang: "py", task: "films.work", id },
      properties: { correlation_id: id, delivery_info: { exchange: "", routing_key: "celery" }, delivery_tag: id },
    });
  await redis.rpush("celery", message("a"), message("b"));
  await redis.hset("unacked", "c", JSON.stringify([message("c"), "", "celery"]));

  await redis.rpush("rq:queue:rq", "one");
  await redis.hset("rq:job:one", { status: "queued", enqueued_at: new Date(then).toISOString().replace("Z", "000Z") });
  await redis.zadd("rq:wip:rq", `${Date.now() / 1000 + 240}`, "two");

  const job = { retry: true, queue: "sidekiq", args: [60], class: "Films", enqueued_at: then / 1000 };
  await redis.rpush("queue:sidekiq", JSON.stringify({ ...job, jid: "one" }));
  await redis.sadd("processes", "vm:20722:f9f9350d6978");
  const held = { queue: "sidekiq", payload: JSON.stringify({ ...job, jid: "two" }), run_at: Math.round(then / 1000) };
  const other = { ...held, queue: "mails", payload: JSON.stringify({ ...job, queue: "mails" }) };
  await redis.hset("vm:20722:f9f9350d6978:workers", "gyi", JSON.stringify(held), "gyj", JSON.stringify(other));
}

async function whyOf(project: Project, group: string): Promise<string> {
  const { scaling } = JSON.parse((await project.tenfold("ps", "--json")).stdout) as FleetReport;
  return scaling?.find((each) => each.group === group)?.why ?? "";
}

test("queues are read wherever they are, and why one cannot be read is told", async () => {
  const file = `name: shop
web: node server.mjs
redis: { replicas: 0, sentinels: 0 }
monitoring: { interval: 1s }
workers:
  bull: { command: sleep 1000, ${BOUNDS}, scale: { library: bullmq } }
  celery: { command: sleep 1000, ${BOUNDS}, scale: { library: celery } }
  rq: { command: sleep 1000, ${BOUNDS}, scale: { library: rq } }
  sidekiq: { command: sleep 1000, ${BOUNDS}, scale: { library: sidekiq } }
  keyed: { command: sleep 1000, ${BOUNDS}, scale: { library: list } }
  streamed: { command: sleep 1000, ${BOUNDS}, scale: { library: stream } }
  counted: { command: sleep 1000, ${BOUNDS}, queue: films, env: { AGE: 35s }, scale: { command: 'test "$QUEUE" = films && echo 7 $AGE' } }
  asked: { command: sleep 1000, ${BOUNDS}, scale: { prometheus: { depth: 'tenfold_queue_depth{queue="films"} * 2', oldest: 'tenfold_queue_oldest_seconds{worker="counted"}' } } }
  broken: { command: sleep 1000, ${BOUNDS}, scale: { command: 'echo no broker here >&2; exit 3' } }
`;
  await using project = await createProject({ files: { "server.mjs": SERVER, "tenfold.yaml": file } });
  await project.up();
  await project.healthy();
  const redis = connectRedis(await project.variable("REDIS_URL"));
  const queue = new Queue("bull", { connection: redis });
  try {
    await queue.addBulk(["a", "b", "c"].map((name) => ({ name, data: {} })));
    await redis.rpush("keyed", "1", "2");
    await redis.xgroup("CREATE", "streamed", "workers", "0", "MKSTREAM");
    for (const job of ["1", "2", "3", "4"]) await redis.xadd("streamed", "*", "job", job);
    await redis.xreadgroup("GROUP", "workers", "one", "COUNT", "1", "STREAMS", "streamed", ">");
    await leaveJobs(redis);
    const { counted, asked, bull, keyed, streamed, celery, rq, sidekiq } = await eventually(
      "all queues are read",
      async () => {
        const queues = await seen(project);
        assert.equal(queues.bull?.depth, 3);
        assert.equal(queues.keyed?.depth, 2);
        assert.equal(queues.streamed?.depth, 3);
        assert.equal(queues.asked?.depth, 14);
        assert.equal(queues.sidekiq?.depth, 1);
        assert.match(await whyOf(project, "worker.broken"), /no fresh measurements/);
        return queues;
      },
      60_000,
    );
    assert.deepEqual(counted, { readable: 1, depth: 7, oldest_seconds: 35 });
    assert.equal(asked?.oldest_seconds, 35);
    assert.equal(bull?.jobs_total, 3);
    assert.equal(bull?.in_flight, 0);
    assert.equal(keyed?.in_flight, undefined);
    assert.equal(streamed?.in_flight, 1);
    assert.deepEqual(celery, { readable: 1, depth: 2, in_flight: 1 });
    for (const each of [rq, sidekiq]) {
      assert.deepEqual([each?.depth, each?.in_flight], [1, 1]);
      assert.ok((each?.oldest_seconds ?? 0) >= 60 && (each?.oldest_seconds ?? 0) < 180);
    }
    for (const each of [bull, streamed]) assert.ok((each?.oldest_seconds ?? -1) >= 0);
    assert.equal(
      await whyOf(project, "worker.broken"),
      "stays 1: no fresh measurements; its command exited with 3: no broker here",
    );
    assert.equal((await seen(project)).broken?.readable, 0);
    const health = await eventually("health knows of it", async () => {
      const { code, stdout } = await project.run(["health", "--json"]);
      const { status, checks } = JSON.parse(stdout) as HealthReport;
      assert.equal(code, 1);
      assert.equal(status, "degraded");
      return checks;
    });
    assert.deepEqual(
      health.filter(({ status }) => status === "failed").map(({ name, detail }) => ({ name, detail })),
      [
        {
          name: "queue.broken",
          detail: "worker.broken stays as it is: its command exited with 3: no broker here",
        },
      ],
    );
  } finally {
    await queue.close();
    redis.disconnect();
  }
});

test("a worker that is needed no more finishes its job, however long that takes beside its grace", async () => {
  const file = `name: shop
web: node server.mjs
workers:
  films:
    command: node worker.mjs
    ${BOUNDS}
    grace: 100ms
    scale: { schedules: ["daily 00:00-24:00: min 1"] }
`;
  const files = { "server.mjs": SERVER, "worker.mjs": WORKER, "tenfold.yaml": file };
  await using project = await createProject({ files });
  await project.up();
  await project.healthy();
  await project.tenfold("scale", "worker.films=2");
  const { pid } = await project.member("worker-films-2");
  await project.tenfold("scale", "worker.films=auto");
  const state = async (): Promise<string> => (await project.member("worker-films-2")).state;
  await eventually("it is asked to end", async () => (await state()) === "draining", 20_000);
  const before = Date.now();
  // Nothing waits for it, and its grace goes by.
  await project.tenfold("scale", "web=2");
  await eventually("its grace is over", () => Date.now() - before > 1_000);
  const leaving = await project.member("worker-films-2");
  assert.deepEqual([leaving.state, leaving.pid], ["draining", pid]);
  await project.write({ done: "" });
  await eventually(
    "it has left",
    async () => !(await project.ps()).members.some(({ name }) => name === "worker-films-2"),
    20_000,
  );
});
