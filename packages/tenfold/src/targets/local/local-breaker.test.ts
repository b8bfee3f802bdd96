import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readStat } from "../../drivers/process/proc.ts";
import { eventually } from "../../testing/eventually.ts";
import { LocalBreaker } from "./local-breaker.ts";

/** A shell with a child, as an application's command often is, in a project's directory. */
async function open() {
  const directory = mkdtempSync(join(tmpdir(), "breaker-"));
  const shell: ChildProcess = spawn("/bin/sh", ["-c", "sleep 100 & echo $!; wait"], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(shell.stdout as NonNullable<ChildProcess["stdout"]>, "data")) as [Buffer];
  const leader = shell.pid ?? 0;
  const child = Number(line.toString());
  const breaker = new LocalBreaker({
    directory,
    member: async (name) => (name === "web-1" ? leader : null),
    engine: async () => leader,
  });
  return {
    breaker,
    leader,
    child,
    [Symbol.dispose]: () => {
      breaker.thaw();
      for (const pid of [leader, child]) if (readStat(pid) !== undefined) process.kill(pid, "SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const isAlive = (pid: number): boolean => !["Z", undefined].includes(readStat(pid)?.state);

test("a freeze meets a member and all that it started, and a thaw lets them go on", async () => {
  using one = await open();
  const stroke = one.breaker.freeze(await one.breaker.aim("web-1"));
  await eventually("both are stopped", () => [one.leader, one.child].every((pid) => readStat(pid)?.state === "T"));
  assert.equal(one.breaker.isThere(stroke), true);
  one.breaker.thaw();
  one.breaker.thaw();
  await eventually("both go on", () => [one.leader, one.child].every((pid) => readStat(pid)?.state !== "T"));
});

test("a kill meets the leader alone, or all; whoever is dead is not there", async () => {
  using leader = await open();
  const stroke = leader.breaker.kill(await leader.breaker.aim("web-1"), "leader");
  await eventually("it is gone", () => !leader.breaker.isThere(stroke));
  assert.equal(isAlive(leader.child), true);
  using all = await open();
  all.breaker.kill(await all.breaker.aim("web-1"), "all");
  await eventually("both are gone", () => !isAlive(all.leader) && !isAlive(all.child));
});

test("the engine is frozen without what it has started", async () => {
  using one = await open();
  one.breaker.freeze(await one.breaker.aim("engine"));
  await eventually("it is stopped", () => readStat(one.leader)?.state === "T");
  assert.notEqual(readStat(one.child)?.state, "T");
});

test("whoever does not run cannot be struck, and two drills at once are refused", async () => {
  using one = await open();
  await assert.rejects(one.breaker.aim("web-2"), { code: "TF_NOT_RUNNING" });
  {
    using _ = one.breaker.reserve();
    assert.throws(() => one.breaker.reserve(), { code: "TF_LOCKED" });
  }
  one.breaker.reserve()[Symbol.dispose]();
});
