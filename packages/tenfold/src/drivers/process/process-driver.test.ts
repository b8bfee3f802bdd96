import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { User } from "../../fleet/machine.ts";
import type { MemberName } from "../../fleet/member.ts";
import { eventually } from "../../testing/eventually.ts";
import { mebibytes } from "../../units/bytes.ts";
import { seconds } from "../../units/millis.ts";
import { port } from "../../units/port.ts";
import { type DriverFixture, describeDriver } from "../conformance.ts";
import { Snapshot } from "./family.ts";
import { Limits } from "./limits.ts";
import { readStat, readTitle } from "./proc.ts";
import { ProcessDriver } from "./process-driver.ts";

const { username, uid, gid, homedir } = userInfo();
const self: User = { name: username, uid, gid, home: homedir };
const users = { engine: self, service: self, application: self };

async function open(): Promise<DriverFixture & { readonly driver: ProcessDriver }> {
  const directory = await mkdtemp(join(tmpdir(), "tenfold driver "));
  await mkdir(`${directory}/logs`);
  const create = (): ProcessDriver => new ProcessDriver(users, new Limits("test", "/nonexistent"));
  const driver = create();
  return {
    driver,
    another: create,
    directory,
    programs: {
      forever: ["sleep", "1000"],
      stubborn: ["sh", "-c", "trap '' TERM; echo stubborn; while :; do sleep 0.05; done"],
      exitsWith: (code, output) => ["sh", "-c", `echo "${output}"; exit ${code}`],
      missing: ["/missing/program"],
    },
    [Symbol.asyncDispose]: async () => {
      for (const { running } of driver.strays(`${directory}/logs`, [])) driver.signal(running, "SIGKILL", "session");
      driver.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

describeDriver("process", open);

describe("processes of this machine", () => {
  const launchOf = (directory: string, argv: readonly string[]) =>
    ({
      argv,
      env: { PATH: "/usr/bin:/bin" },
      cwd: directory,
      runAs: "application",
      log: `${directory}/logs/web-1.log`,
      stop: { signal: "SIGTERM", grace: seconds(1) },
      memory: false,
      cpu: false,
    }) as const;
  const NAME = "web-1" as MemberName;

  test("a process that a signal has stopped is frozen until it goes on, and one that has ended is not", async () => {
    await using fixture = await open();
    const { driver, directory } = fixture;
    const running = await driver.start(NAME, launchOf(directory, ["sleep", "1000"]));
    assert.equal(driver.isFrozen(running), false);
    driver.signal(running, "SIGSTOP", "leader");
    await eventually("it stands still", () => driver.isFrozen(running));
    driver.signal(running, "SIGCONT", "leader");
    await eventually("it goes on", () => !driver.isFrozen(running));
    driver.signal(running, "SIGSTOP", "leader");
    driver.signal(running, "SIGKILL", "leader");
    await eventually("it has ended", () => !driver.isAlive(running) && !driver.isFrozen(running));
    assert.equal(driver.isFrozen({ ...running, startTime: running.startTime + 1 }), false);
  });

  test("what a member started in the background is found and ended with it", async () => {
    await using fixture = await open();
    const { driver, directory } = fixture;
    const running = await driver.start(
      NAME,
      launchOf(directory, ["sh", "-c", "set -m; sleep 1000 & sleep 1000 & wait"]),
    );
    await eventually("three processes", () => new Snapshot().family(running, true).length === 3);
    driver.signal(running, "SIGKILL", "session");
    await eventually("nothing is left", () => !driver.hasRemains(running));
  });

  for (const log of ["/dev/null", "the member's log"]) {
    test(`a command whose words go to ${log} ends nobody else who writes there`, async () => {
      await using fixture = await open();
      const { directory, driver } = fixture;
      const launch = launchOf(directory, ["sleep", "1000"]);
      const path = log === "/dev/null" ? log : launch.log;
      const command = driver.run(
        { ...launch, argv: ["sh", "-c", "while ! test -e go; do sleep 0.01; done"], log: path },
        { timeout: seconds(30), signal: new AbortController().signal },
      );
      const bystander = spawn("sleep", ["1000"], { stdio: "ignore" });
      const member = await driver.start(NAME, launch);
      try {
        await eventually("they run", () => readTitle(bystander.pid ?? 0).startsWith("sleep") && driver.isAlive(member));
        await writeFile(join(directory, "go"), "");
        assert.equal((await command).code, 0);
        // Whoever is killed is gone at once.
        assert.equal(bystander.signalCode ?? readStat(bystander.pid ?? 0)?.state, "S");
        assert.equal(readStat(member.pid)?.state, "S");
      } finally {
        bystander.kill("SIGKILL");
      }
    });
  }

  test("whoever has the pid of a member that has ended keeps its children", async () => {
    await using fixture = await open();
    const { directory, driver } = fixture;
    const stranger = await driver.start(NAME, launchOf(directory, ["sh", "-c", "sleep 1000 & wait"]));
    const family = () => new Snapshot().family(stranger, false);
    await eventually("its child", () => family().length > 1);
    const [, child] = family();
    const former = { ...stranger, startTime: stranger.startTime - 100, log: `${directory}/logs/other.log` };
    driver.signal(former, "SIGKILL", "session");
    assert.equal(driver.hasRemains(former), false);
    assert.deepEqual([readStat(stranger.pid)?.state, readStat(child?.pid ?? 0)?.state], ["S", "S"]);
  });

  test("children with sessions of their own are its own, also when it is dead", async () => {
    await using fixture = await open();
    const { driver, directory } = fixture;
    const running = await driver.start(
      NAME,
      launchOf(directory, ["sh", "-c", "setsid sleep 1000 & setsid sleep 1000 & wait"]),
    );
    await eventually("three processes", () => new Snapshot().family(running, false).length === 3);
    assert.ok((driver.usage([running]).get(running.pid)?.memory ?? 0) > 0);
    driver.signal(running, "SIGKILL", "leader");
    await eventually("it is dead", () => !driver.isAlive(running));
    assert.equal(driver.hasRemains(running), true);
    assert.equal(driver.killRemains(running), true);
    await eventually("nothing is left", () => !driver.killRemains(running));
  });

  test("output goes to the log by itself, after what was there", async () => {
    await using fixture = await open();
    const { driver, directory } = fixture;
    await writeFile(`${directory}/logs/web-1.log`, "before\n");
    const running = await driver.start(NAME, launchOf(directory, ["sh", "-c", "echo out; echo err >&2"]));
    await new Promise<void>((resolve) => driver.onEnd(running, () => resolve()));
    assert.equal(await readFile(`${directory}/logs/web-1.log`, "utf8"), "before\nout\nerr\n");
  });

  test("a log is rotated while it is written, and older ones move up", async () => {
    await using fixture = await open();
    const { driver, directory } = fixture;
    const log = `${directory}/logs/web-1.log`;
    const logs = { maxSize: mebibytes(1), keep: 2 };
    for (const letter of ["a", "b", "c"]) {
      await appendFile(log, letter.repeat(1024 * 1024 + 1));
      driver.rotateLog(log, logs);
      driver.rotateLog(log, logs);
    }
    assert.equal((await stat(log)).size, 0);
    assert.equal((await readFile(`${log}.1`, "utf8"))[0], "c");
    assert.equal((await readFile(`${log}.2`, "utf8"))[0], "b");
    await assert.rejects(stat(`${log}.3`));
  });

  test("names who listens on a port, and on which ports a member listens", async () => {
    await using fixture = await open();
    const { driver, directory } = fixture;
    const script =
      "require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })";
    const running = await driver.start(NAME, launchOf(directory, [process.execPath, "-e", script]));
    await eventually("it listens", () => driver.listening(running).length > 0);
    const [found] = driver.listening(running);
    assert.ok(found !== undefined);
    assert.match(driver.holderOf(found) ?? "", new RegExp(`node.*\\(pid ${running.pid}\\)`));
    assert.equal(await driver.isPortFree(found, "127.0.0.1"), false);
  });

  test("counts established connections by the port that they came in on", async () => {
    await using fixture = await open();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    const { connect } = await import("node:net");
    const client = connect(address.port, "127.0.0.1");
    after(() => client.destroy());
    await new Promise((resolve) => client.once("connect", resolve));
    assert.equal(fixture.driver.connections().get(port(address.port)), 1);
    client.destroy();
    server.close();
  });

  test("a directory that cannot be written is a fault", {
    skip: uid === 0 ? "root may write everywhere" : false,
  }, async () => {
    await using fixture = await open();
    const closed = `${fixture.directory}/closed`;
    await mkdir(closed);
    await chmod(closed, 0o500);
    await assert.rejects(
      fixture.driver.writeFiles([{ path: `${closed}/x`, content: "", mode: 0o600, owner: "service" }]),
      /permission denied/,
    );
  });

  test("a port that another engine gives to a member is taken, before that member listens", async () => {
    await using fixture = await open();
    const { driver } = fixture;
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
    const found = port((probe.address() as { port: number }).port);
    await new Promise((resolve) => probe.close(resolve));
    assert.equal(await driver.isPortFree(found, "127.0.0.1"), true);
    const another = createServer();
    await new Promise<void>((resolve) => another.listen(`\0tenfold-port-${found}`, resolve));
    try {
      assert.equal(await driver.isPortFree(found, "127.0.0.1"), false);
      assert.equal(await driver.reservePort(found, "127.0.0.1"), false);
    } finally {
      await new Promise((resolve) => another.close(resolve));
    }
    // As an engine that takes over: its balancer is there already.
    await driver.claimPort(found);
    const refused = createServer().listen(`\0tenfold-port-${found}`);
    await assert.rejects(once(refused, "listening"), /EADDRINUSE/);
  });
});
