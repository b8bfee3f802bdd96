import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "../fault/fault.ts";
import type { Launch } from "../fleet/launch.ts";
import type { MemberName } from "../fleet/member.ts";
import type { Running } from "../fleet/state.ts";
import { eventually } from "../testing/eventually.ts";
import { bytes } from "../units/bytes.ts";
import { millis, seconds } from "../units/millis.ts";
import type { Driver } from "./driver.ts";
import type { End } from "./end.ts";

/** A driver to try, with programs of its kind of machine. */
export interface DriverFixture extends AsyncDisposable {
  /** Another driver on the same machine: what an engine has that was started after the first one died. */
  another(): Driver;
  readonly driver: Driver;
  /** A directory of the fixture's own. */
  readonly directory: string;
  readonly programs: {
    readonly forever: readonly string[];
    /** Does not end on SIGTERM, once `stubborn` is in its log. */
    readonly stubborn: readonly string[];
    readonly exitsWith: (code: number, output: string) => readonly string[];
    readonly missing: readonly string[];
  };
}

const NAME = "web-1" as MemberName;
const NEVER = new AbortController().signal;

function ended(driver: Driver, running: Running): Promise<End> {
  return new Promise((resolve) => driver.onEnd(running, resolve));
}

/** What every driver promises, run on each of them. */
export function describeDriver(name: string, open: () => Promise<DriverFixture>): void {
  const launch = ({ directory }: DriverFixture, argv: readonly string[]): Launch => ({
    argv,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    cwd: directory,
    runAs: "application",
    log: `${directory}/logs/web-1.log`,
    stop: { signal: "SIGTERM", grace: seconds(5) },
    memory: false,
    cpu: false,
  });

  describe(`the ${name} driver`, () => {
    test("tells what a process calls itself, and nothing of one that is gone", async () => {
      await using fixture = await open();
      const { driver, programs } = fixture;
      const running = await driver.start(NAME, launch(fixture, programs.forever));
      const [leader] = driver.withChildren(running.pid);
      assert.equal(leader?.pid, running.pid);
      assert.equal(leader.startTime, running.startTime);
      assert.ok(leader.title.includes(programs.forever.at(-1) ?? "?"), leader.title);
      const end = ended(driver, running);
      driver.signal(running, "SIGKILL", "leader");
      await end;
      assert.deepEqual(driver.withChildren(running.pid), []);
    });

    test("starts a process that is alive until it is told to end", async () => {
      await using fixture = await open();
      const { driver, programs } = fixture;
      const running = await driver.start(NAME, launch(fixture, programs.forever));
      assert.equal(driver.isAlive(running), true);
      const end = ended(driver, running);
      driver.signal(running, "SIGTERM", "leader");
      assert.deepEqual(await end, { code: null, signal: "SIGTERM" });
      assert.equal(driver.isAlive(running), false);
      assert.equal(driver.hasRemains(running), false);
      assert.equal(driver.killRemains(running), false);
    });

    test("what is left of a member is killed, and then nothing is left", async () => {
      await using fixture = await open();
      const { driver, programs } = fixture;
      const running = await driver.start(NAME, launch(fixture, programs.forever));
      const end = ended(driver, running);
      assert.equal(driver.killRemains(running), true);
      assert.deepEqual(await end, { code: null, signal: "SIGKILL" });
      assert.equal(driver.killRemains(running), false);
    });

    test("tells the exit code of a process that ends by itself, also to who asks late", async () => {
      await using fixture = await open();
      const { driver, programs } = fixture;
      const running = await driver.start(NAME, launch(fixture, programs.exitsWith(7, "")));
      assert.equal((await ended(driver, running)).code, 7);
      const late = await ended(driver, running);
      assert.ok(late.code === 7 || late.code === null);
    });

    test("a process that ignores SIGTERM ends by SIGKILL to its session", async () => {
      await using fixture = await open();
      const { driver, programs } = fixture;
      const running = await driver.start(NAME, launch(fixture, programs.stubborn));
      const end = ended(driver, running);
      const log = `${fixture.directory}/logs/web-1.log`;
      await eventually("its log", async () => (await driver.readText(log, bytes(1000)))?.includes("stubborn") === true);
      driver.signal(running, "SIGTERM", "leader");
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(driver.isAlive(running), true);
      driver.signal(running, "SIGKILL", "session");
      assert.equal((await end).signal, "SIGKILL");
    });

    test("signals to a process that has ended are nothing", async () => {
      await using fixture = await open();
      const { driver, programs } = fixture;
      const running = await driver.start(NAME, launch(fixture, programs.exitsWith(0, "")));
      await ended(driver, running);
      driver.signal(running, "SIGTERM", "leader");
      driver.signal(running, "SIGKILL", "session");
      assert.equal(driver.isAlive(running), false);
    });

    test("another pid with the same number is not the same process", async () => {
      await using fixture = await open();
      const { driver, programs } = fixture;
      const running = await driver.start(NAME, launch(fixture, programs.forever));
      assert.equal(driver.isAlive({ ...running, startTime: running.startTime + 1 }), false);
    });

    test("a second driver sees, adopts and ends what the first one started", async () => {
      await using fixture = await open();
      const running = await fixture.driver.start(NAME, launch(fixture, fixture.programs.forever));
      fixture.driver.close();
      const second = fixture.another();
      assert.equal(second.isAlive(running), true);
      assert.deepEqual(second.strays(`${fixture.directory}/logs`, []), [{ member: NAME, running }]);
      assert.deepEqual(second.strays(`${fixture.directory}/logs`, [running]), []);
      const end = ended(second, running);
      second.signal(running, "SIGTERM", "leader");
      await end;
      assert.equal(second.isAlive(running), false);
      second.close();
    });

    test("a program that does not exist is a fault", async () => {
      await using fixture = await open();
      await assert.rejects(
        fixture.driver.start(NAME, launch(fixture, fixture.programs.missing)),
        (error) => error instanceof Fault && error.code === "TF_MISSING_PROGRAM",
      );
    });

    test("runs a command to its end and gives its code and output", async () => {
      await using fixture = await open();
      const outcome = await fixture.driver.run(launch(fixture, fixture.programs.exitsWith(3, "hello")), {
        timeout: seconds(10),
        signal: NEVER,
      });
      assert.equal(outcome.code, 3);
      assert.match(outcome.output, /hello/);
      assert.equal(outcome.timedOut, false);
    });

    test("a command that takes too long is killed, and one that is aborted rejects", async () => {
      await using fixture = await open();
      const forever = launch(fixture, fixture.programs.forever);
      const outcome = await fixture.driver.run(forever, { timeout: millis(50), signal: NEVER });
      assert.equal(outcome.timedOut, true);
      const abort = new AbortController();
      const run = fixture.driver.run(forever, { timeout: seconds(10), signal: abort.signal });
      setTimeout(() => abort.abort(new Error("enough")), 20);
      await assert.rejects(run, /enough/);
    });

    test("files are written, written again, and read back from their end", async () => {
      await using fixture = await open();
      const { driver, directory } = fixture;
      const file = { path: `${directory}/a file`, content: "one", mode: 0o600, owner: "service" } as const;
      await driver.writeFiles([file]);
      await driver.writeFiles([file]);
      await driver.writeFiles([{ ...file, content: "other" }]);
      assert.equal(await driver.readText(file.path, bytes(100)), "other");
      assert.equal(await driver.readText(file.path, bytes(3)), "her");
      assert.equal(await driver.readText(`${directory}/nothing`, bytes(100)), null);
    });

    test("directories are copied and removed, and removing nothing is success", async () => {
      await using fixture = await open();
      const { driver, directory } = fixture;
      await driver.makeDirectory(`${directory}/from`, "service", 0o700);
      await driver.makeDirectory(`${directory}/from`, "service", 0o700);
      await driver.writeFiles([{ path: `${directory}/from/x`, content: "x", mode: 0o600, owner: "service" }]);
      await driver.copyDirectory(`${directory}/from`, `${directory}/to`, "service");
      assert.equal(await driver.readText(`${directory}/to/x`, bytes(10)), "x");
      await driver.removeDirectory(`${directory}/from`);
      await driver.removeDirectory(`${directory}/from`);
      assert.equal(await driver.readText(`${directory}/from/x`, bytes(10)), null);
    });

    test("says what a process uses", async () => {
      await using fixture = await open();
      const { driver, programs } = fixture;
      const running = await driver.start(NAME, launch(fixture, programs.forever));
      // Between fork and exec a process has next to nothing of its own.
      await eventually("it uses memory", () => (driver.usage([running]).get(running.pid)?.memory ?? 0) > 0);
    });
  });
}
