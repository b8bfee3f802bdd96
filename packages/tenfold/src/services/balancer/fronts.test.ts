import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Lab, untilPasses } from "../../../test/edge/lab.ts";
import { TcpSession } from "../../../test/edge/session.ts";
import { memberNamed } from "../../fleet/data.ts";
import type { MemberName } from "../../fleet/member.ts";

const REDIS_1 = "redis-1" as MemberName;
const REDIS_2 = "redis-2" as MemberName;

/** What a Redis is asked to find out which one it is. */
const WHO = "CONFIG GET port\r\n";

class RedisLab implements AsyncDisposable {
  readonly edge: Lab;
  readonly #password: string;

  constructor(edge: Lab) {
    this.edge = edge;
    this.#password = edge.fleet.secrets.redis.reveal();
  }

  static async open(engine: "haproxy" | "nginx" = "haproxy"): Promise<RedisLab> {
    const lab = new RedisLab(await Lab.open({ redis: true, cache: false, balancer: engine }));
    await lab.startRedis(REDIS_1);
    await lab.startRedis(REDIS_2, REDIS_1);
    return lab;
  }

  async startRedis(name: MemberName, master?: MemberName): Promise<void> {
    const { edge } = this;
    const text = `"${this.#password.replaceAll('"', '\\"')}"`;
    const path = `${edge.directory}/${name}.conf`;
    const lines = [
      `port ${edge.fleet.ports[name]}`,
      "bind 127.0.0.1",
      'save ""',
      `requirepass ${text}`,
      `masterauth ${text}`,
      "repl-diskless-sync-delay 0",
      ...(master === undefined ? [] : [`replicaof 127.0.0.1 ${edge.fleet.ports[master]}`]),
    ];
    await edge.driver.writeFiles([{ path, content: `${lines.join("\n")}\n`, mode: 0o600, owner: "service" }]);
    edge.processes.set(name, await edge.driver.start(name, edge.launch(name, ["redis-server", path])));
    await untilPasses(async () => assert.match(await this.tell(name, "PING\r\n"), /PONG/, edge.log(name)));
  }

  /** Past the front. */
  async tell(name: MemberName, command: string): Promise<string> {
    await using session = new TcpSession(this.edge.fleet.ports[name] ?? 0);
    await session.ask(`AUTH "${this.#password.replaceAll('"', '\\"')}"\r\n`, /\r\n/);
    return await session.ask(command, /\r\n/);
  }

  kill(name: MemberName): void {
    const running = this.edge.processes.get(name);
    assert.ok(running);
    this.edge.driver.signal(running, "SIGKILL", "session");
  }

  get frontPort(): number {
    const { ports } = this.edge.fleet;
    return ports["balancer-1/redis"] ?? ports["balancer-3/redis"] ?? 0;
  }

  /** A session through the front that has said its password. */
  async session(): Promise<TcpSession> {
    const session = new TcpSession(this.frontPort);
    await session.ask(`AUTH "${this.#password.replaceAll('"', '\\"')}"\r\n`, /\r\n/);
    return session;
  }

  /** Who answers a new session. */
  async who(): Promise<MemberName | "nobody"> {
    await using session = await this.session();
    const said = await session.ask(WHO, /\d{4,5}\r\n/);
    return this.name(said);
  }

  name(said: string): MemberName | "nobody" {
    return [REDIS_1, REDIS_2].find((name) => said.includes(`\r\n${this.edge.fleet.ports[name]}\r\n`)) ?? "nobody";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.edge[Symbol.asyncDispose]();
  }
}

test("the Redis front follows the leader, and closes the sessions of the former one", async () => {
  await using lab = await RedisLab.open();
  const { edge } = lab;
  await edge.startBalancer();
  assert.equal(await lab.who(), REDIS_1);
  await using old = await lab.session();
  assert.equal(lab.name(await old.ask(WHO, /\d{4,5}\r\n/)), REDIS_1);
  await lab.tell(REDIS_2, "REPLICAOF NO ONE\r\n");
  await lab.tell(REDIS_1, `REPLICAOF 127.0.0.1 ${edge.fleet.ports[REDIS_2]}\r\n`);
  edge.decide({ redisMaster: REDIS_2 });
  await edge.balancer.control.follow(edge.context);
  assert.equal(await lab.who(), REDIS_2);
  await untilPasses(() => assert.equal(old.closed, true));
  // Again, and nothing happens: who is connected to the leader stays.
  await using kept = await lab.session();
  await edge.balancer.control.follow(edge.context);
  assert.match(await kept.ask("PING\r\n", /\r\n/), /PONG/);
});

test("a session that a former worker carries is closed too when its server no longer leads", async () => {
  await using lab = await RedisLab.open();
  const { edge } = lab;
  await edge.startBalancer();
  await using old = await lab.session();
  await edge.balancer.adapter.reload?.(edge.context, edge.member("balancer-1"));
  assert.match(await old.ask("PING\r\n", /\r\n/), /PONG/, "a reload closes no session");
  await edge.balancer.control.follow(edge.context);
  assert.match(await old.ask("PING\r\n", /\r\n/), /PONG/, "nor does a leader that stays");
  await lab.tell(REDIS_2, "REPLICAOF NO ONE\r\n");
  edge.decide({ redisMaster: REDIS_2 });
  await edge.balancer.control.follow(edge.context);
  await untilPasses(() => assert.equal(old.closed, true));
  assert.equal(await lab.who(), REDIS_2);
});

test("with no engine to ask, the front finds the new master, and stays with it when the former one comes back", async () => {
  await using lab = await RedisLab.open();
  const { edge } = lab;
  await edge.startBalancer();
  assert.equal(await lab.who(), REDIS_1);
  lab.kill(REDIS_1);
  // What a Sentinel does. Until then nobody is master, and the replica gets no session.
  await untilPasses(async () => assert.equal(await lab.who(), "nobody"));
  await pause(1500);
  assert.equal(await lab.who(), "nobody");
  await lab.tell(REDIS_2, "REPLICAOF NO ONE\r\n");
  await untilPasses(async () => assert.equal(await lab.who(), REDIS_2));
  // It still believes that it leads.
  await lab.startRedis(REDIS_1);
  const end = Date.now() + 3000;
  while (Date.now() < end) {
    assert.equal(await lab.who(), REDIS_2);
    await pause(100);
  }
});

test("a leader that was away is used at once when the engine names it again", async () => {
  await using lab = await RedisLab.open();
  const { edge } = lab;
  await edge.startBalancer();
  lab.kill(REDIS_1);
  await untilPasses(async () => assert.equal(await lab.who(), "nobody"));
  await pause(4000);
  await lab.startRedis(REDIS_1);
  await edge.balancer.control.follow(edge.context);
  assert.equal(await lab.who(), REDIS_1);
});

test("no password of Redis can be seen in the list of processes", async () => {
  await using edge = await Lab.open({ redis: true });
  const { renderBalancer } = await import("../../render/edge/balancer.ts");
  const { launch, files } = renderBalancer(edge.fleet, edge.member("balancer-1"));
  const secret = edge.fleet.secrets.redis.reveal();
  assert.doesNotMatch(JSON.stringify(launch), new RegExp(secret.slice(0, 5)));
  for (const { mode, path } of files) if (path.endsWith(".cfg")) assert.equal(mode, 0o600);
});

/** A server that says who it is: the front of PostgreSQL does not look into what it carries. */
async function greeter(name: string, port: number): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => socket.write(`${name}\n`));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

test("the PostgreSQL front leads to the primary that the engine has named, and nowhere else", async () => {
  await using edge = await Lab.open({ postgres: { replicas: 1 } });
  const names = ["postgres-1", "postgres-2"] as MemberName[];
  const servers = await Promise.all(names.map((name) => greeter(name, edge.fleet.ports[name] ?? 0)));
  try {
    await edge.startBalancer();
    const port = edge.fleet.ports["balancer-1/postgres"] ?? 0;
    await using first = new TcpSession(port);
    assert.equal(await first.ask("who\n", /\n/), "postgres-1\n");
    edge.decide({ postgresPrimary: memberNamed(edge.fleet, "postgres-2" as MemberName).name });
    await edge.balancer.control.follow(edge.context);
    await untilPasses(() => assert.equal(first.closed, true));
    await using second = new TcpSession(port);
    assert.equal(await second.ask("who\n", /\n/), "postgres-2\n");
    edge.decide({ postgresPrimary: null });
    await edge.balancer.control.follow(edge.context);
    await untilPasses(() => assert.equal(second.closed, true));
    await using third = new TcpSession(port);
    assert.equal(await third.ask("who\n", /\n/), "");
  } finally {
    for (const server of servers) server.close();
  }
});
