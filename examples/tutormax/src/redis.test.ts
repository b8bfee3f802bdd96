import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createLog } from "./log.ts";
import { connectRedis } from "./redis.ts";
import { eventually } from "./testing/eventually.ts";
import { PASSWORD } from "./testing/password.ts";
import { RedisServer } from "./testing/redis-server.ts";
import { Scratch } from "./testing/scratch.ts";
import { TcpProxy } from "./testing/tcp-proxy.ts";
import { RedisVisitCounter } from "./visits/redis-visit-counter.ts";

const stack = new AsyncDisposableStack();
let scratch: Scratch;
let one: RedisServer;
let two: RedisServer;
let proxy: TcpProxy;

before(async () => {
  scratch = stack.use(await Scratch.create());
  one = stack.use(await RedisServer.start(scratch, "one"));
  two = stack.use(await RedisServer.start(scratch, "two"));
  await two.command("REPLICAOF", "127.0.0.1", one.port);
  await eventually("the master has its replica", 5_000, async () => {
    return /slave0:.*state=online/.test(String(await one.command("INFO", "replication")));
  });
  proxy = stack.use(await TcpProxy.start(one.port));
});
after(async () => {
  await stack.disposeAsync();
  await scratch.assertGone();
});

/** Visits one after the other, without end, until it is disposed of. */
class Visiting implements AsyncDisposable {
  readonly counts: number[] = [];
  readonly #done: Promise<unknown>;
  #going = true;

  constructor(counter: RedisVisitCounter, visitor: string) {
    this.#done = this.#visit(counter, visitor);
    this.#done.catch(() => {});
  }

  async goesOn(what: string): Promise<void> {
    const before = this.counts.length;
    await eventually(`visits count ${what}`, 4_000, () => this.counts.length > before + 20);
  }

  /** Throws what a visit threw. */
  async stop(): Promise<void> {
    this.#going = false;
    await this.#done;
  }

  async #visit(counter: RedisVisitCounter, visitor: string): Promise<void> {
    for (let n = 0; this.#going; n += 1) this.counts.push((await counter.count(visitor, `request-${n}`)).visits);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
  }
}

test("through a failover, behind a proxy that follows a moment late, every visit counts once and none fails", async () => {
  await using disposals = new AsyncDisposableStack();
  const lines: string[] = [];
  const log = createLog("test", "info", (line) => lines.push(line));
  const redis = connectRedis(`redis://:${PASSWORD}@127.0.0.1:${proxy.port}`, log);
  disposals.defer(() => redis.disconnect());
  const counter = new RedisVisitCounter(redis);
  const visiting = disposals.use(new Visiting(counter, (await counter.count(null, "first")).visitor));

  await visiting.goesOn("at first");
  // A planned failover, which loses no write. The proxy still leads to the old master for a while: READONLY.
  await one.command("FAILOVER", "TO", "127.0.0.1", two.port);
  const refused = async () => /errorstat_READONLY:count=[1-9]/.test(String(await one.command("INFO", "errorstats")));
  await eventually("the old master has refused a write", 4_000, refused);
  proxy.leadTo(two.port);
  await visiting.goesOn("on the new master");
  proxy.cut();
  await visiting.goesOn("after every connection was closed");
  await visiting.stop();

  const expected = visiting.counts.map((_, n) => n + 2);
  assert.deepEqual(visiting.counts, expected);
  assert.ok(lines.length < 20, `${lines.length} lines of log`);
});
