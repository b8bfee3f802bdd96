import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Job } from "bullmq";
import { readEnvironment } from "../../environment/index.ts";
import { RedisServer } from "../../testing/redis-server.ts";
import { job } from "../conformance/fixture.ts";
import { Adder } from "./adder.ts";
import { Clients, connectionOptions } from "./connection.ts";
import { type Ended, Turns } from "./turns.ts";

const QUEUE = "queues:reports";

let server: RedisServer;
let clients: Clients;
let adder: Adder;
let turns: Turns;

before(async () => {
  server = await RedisServer.start();
  clients = await Clients.open(connectionOptions(readEnvironment(server.env), "test"));
  adder = new Adder(clients.first, QUEUE);
  turns = new Turns(clients.first, {
    queue: QUEUE,
    lock: 30_000,
    concurrency: 9,
    parseOptions: (text) => Job.optsFromJSON(text),
  });
});

after(async () => {
  clients.cut();
  await server[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await server.command("FLUSHALL");
});

const add = (...ids: readonly string[]) => adder.add(ids.map((id) => ({ id, job: job(`data of ${id}`) })));

/** As a worker has it that took it. */
async function hold(id: string, token: string): Promise<void> {
  assert.equal(await clients.first.rpoplpush(`${QUEUE}:wait`, `${QUEUE}:active`), id);
  await clients.first.set(`${QUEUE}:${id}:lock`, token);
}

const end = (id: string, token: string, more: { fetch?: boolean; once?: string } = {}): Promise<Ended> =>
  turns.end({ id, token, once: more.once, fetch: more.fetch ?? true });

/** Id of the job that came in the place of one. */
function taken(ended: Ended): string | undefined {
  return typeof ended === "string" ? ended : ended[1];
}

async function calls(): Promise<number> {
  const { eval: first = 0, evalsha = 0 } = await server.commandCounts();
  return first + evalsha;
}

test("jobs that are enqueued in one turn travel together, in their order, and are counted", async () => {
  await server.command("CONFIG", "RESETSTAT");
  await Promise.all(Array.from({ length: 50 }, (_, index) => add(`${index}a`, `${index}b`)));
  assert.equal(await calls(), 1);
  assert.equal(await server.command("GET", `${QUEUE}:id`), "100", "how many ever came");
  const first = await clients.first.lrange(`${QUEUE}:wait`, -3, -1);
  assert.deepEqual(first, ["1a", "0b", "0a"]);
});

test("more than a server should do at once goes in several commands, in its order", async () => {
  await add(...Array.from({ length: 450 }, (_, index) => `${index}`));
  const all = await clients.first.lrange(`${QUEUE}:wait`, 0, -1);
  assert.deepEqual(
    all.toReversed(),
    Array.from({ length: 450 }, (_, index) => `${index}`),
  );
});

test("large jobs travel one by one, either way", async () => {
  const large = { id: "large", job: job("x".repeat(1_100_000)) };
  await server.command("CONFIG", "RESETSTAT");
  await Promise.all([adder.add([large]), add("2", "3", "4")]);
  assert.equal(await calls(), 2);
  await clients.first.rpoplpush(`${QUEUE}:wait`, `${QUEUE}:wait`);
  for (const id of ["2", "3"]) await hold(id, "t");
  await clients.first.rpoplpush(`${QUEUE}:wait`, `${QUEUE}:wait`);
  assert.deepEqual((await Promise.all([end("2", "t"), end("3", "t")])).map(taken), ["large", "look"]);
  assert.equal(await clients.first.llen(`${QUEUE}:wait`), 1);
});

test("a job that is sent again is in the queue once", async () => {
  await add("1");
  await add("1", "2");
  assert.equal(await clients.first.llen(`${QUEUE}:wait`), 2);
  assert.equal(await server.command("GET", `${QUEUE}:id`), "2");
});

test("jobs that end in one turn end by one command, and each gets another in its place", async () => {
  await add("1", "2", "3", "4", "5");
  for (const id of ["1", "2", "3"]) await hold(id, `token ${id}`);
  await server.command("CONFIG", "RESETSTAT");
  const ended = await Promise.all(["1", "2", "3"].map((id) => end(id, `token ${id}`)));
  assert.equal(await calls(), 1);
  assert.deepEqual(ended.map(taken), ["4", "5", undefined]);
  assert.equal(await clients.first.get(`${QUEUE}:4:lock`), "token 1");
  assert.equal(await clients.first.exists(`${QUEUE}:1`, `${QUEUE}:1:lock`), 0, "what is done is gone");
  assert.deepEqual(await clients.first.lrange(`${QUEUE}:active`, 0, -1), ["5", "4"]);
  const [next] = ended;
  assert.ok(Array.isArray(next) && next[0] !== null);
  const { name, data, attemptsMade, attemptsStarted, opts } = next[0];
  assert.deepEqual({ name, data: JSON.parse(data) }, { name: "report", data: { d: "data of 4" } });
  assert.deepEqual(
    { attemptsMade, attemptsStarted, attempts: opts.attempts },
    { attemptsMade: 0, attemptsStarted: 1, attempts: 3 },
  );
});

test("a job that another worker has got meanwhile is left to it", async () => {
  await add("1", "2");
  await hold("1", "another's");
  assert.equal(await end("1", "mine"), "undone");
  assert.equal(await clients.first.get(`${QUEUE}:1:lock`), "another's");
  assert.deepEqual(await clients.first.lrange(`${QUEUE}:active`, 0, -1), ["1"]);
  assert.deepEqual(await clients.first.lrange(`${QUEUE}:wait`, 0, -1), ["2"], "nothing is taken in its place");
});

test("who wants no other gets none", async () => {
  await add("1", "2");
  await hold("1", "t");
  assert.equal(await end("1", "t", { fetch: false }), "look");
  assert.equal(await clients.first.llen(`${QUEUE}:wait`), 1);
});

test("what is due comes after what waits, then the more urgent", async () => {
  const now = Date.now();
  await add("1", "waits");
  for (const [id, priority] of [
    ["low", 7],
    ["high", 2],
    ["due", 0],
    ["later", 0],
  ] as const) {
    await clients.first.hset(`${QUEUE}:${id}`, { name: "report", data: "{}", priority, delay: 5 });
    await clients.first.zadd(`${QUEUE}:delayed`, (id === "later" ? now + 60_000 : now - 1) * 4_096, id);
  }
  await hold("1", "t");
  const order: (string | undefined)[] = [];
  let ended = await end("1", "t");
  for (let count = 0; count < 4; count++) {
    order.push(taken(ended));
    ended = await end(taken(ended) as string, "t");
  }
  assert.deepEqual(order, ["waits", "due", "high", "low"]);
  assert.deepEqual(ended, [null, undefined, 0, now + 60_000], "and it tells when the next is due");
});

test("of a paused queue nothing is taken", async () => {
  await add("1", "2");
  await hold("1", "t");
  await clients.first.hset(`${QUEUE}:meta`, "paused", 1);
  assert.equal(await end("1", "t"), "look");
  assert.equal(await clients.first.llen(`${QUEUE}:wait`), 1);
});

test("an id without a job is passed over", async () => {
  await add("1", "gone", "3");
  await clients.first.del(`${QUEUE}:gone`);
  await hold("1", "t");
  assert.equal(taken(await end("1", "t")), "3");
  assert.deepEqual(await clients.first.lrange(`${QUEUE}:active`, 0, -1), ["3"]);
});

test("a name that ends with its job does, unless another has it; one with a time stays", async () => {
  await add("1", "2", "3");
  await clients.first.set(`${QUEUE}:de:mine`, "1");
  await clients.first.set(`${QUEUE}:de:another's`, "9");
  await clients.first.set(`${QUEUE}:de:timed`, "3", "PX", 60_000);
  for (const id of ["1", "2", "3"]) await hold(id, "t");
  await Promise.all([
    end("1", "t", { once: "mine" }),
    end("2", "t", { once: "another's" }),
    end("3", "t", { once: "timed" }),
  ]);
  const left = await clients.first.keys(`${QUEUE}:de:*`);
  assert.deepEqual(left.toSorted(), [`${QUEUE}:de:another's`, `${QUEUE}:de:timed`]);
});

test("whoever waits is told when the connection ends", async () => {
  const lost = await Clients.open(connectionOptions(readEnvironment(server.env), "lost"));
  const alone = new Turns(lost.first, { queue: QUEUE, lock: 30_000, concurrency: 9, parseOptions: () => ({}) });
  const ended = ["1", "2"].map((id) => alone.end({ id, token: "t", once: undefined, fetch: true }));
  lost.cut();
  for (const one of await Promise.allSettled(ended)) assert.equal(one.status, "rejected");
});
