import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { webOnly } from "../harness/applications.ts";
import { underLoad } from "../harness/load.ts";
import { createProject, type Project } from "../harness/project.ts";

/** Does something to a running fleet while visitors ask; gives the names of the instances that answered. */
async function unnoticed(t: TestContext, project: Project, act: () => Promise<void>): Promise<ReadonlySet<string>> {
  const { urls } = await project.ps();
  const tally = await underLoad({ url: urls.app ?? "" }, act);
  t.diagnostic(
    `${tally.requests} requests, ${tally.failures.length} failed, the slowest took ${tally.slowest.toFixed(0)} ms`,
  );
  assert.deepEqual(tally.failures, []);
  assert.ok(tally.requests > 50, `only ${tally.requests} requests`);
  return new Set(tally.answers.keys());
}

async function webs(project: Project): Promise<string[]> {
  return (await project.ps()).members.filter(({ kind }) => kind === "web").map(({ name }) => name);
}

test("web instances come, go and are replaced, and no visitor notices", async (t) => {
  await using project = await createProject({ files: webOnly(3) });
  await project.up();
  const before = await project.healthy();

  await t.test("scale web=5", async (t) => {
    const answered = await unnoticed(t, project, async () => {
      await project.tenfold("scale", "web=5");
      const { members } = await project.healthy();
      assert.equal(members.filter(({ kind }) => kind === "web").length, 5);
    });
    assert.ok(answered.size >= 3);
  });

  await t.test("scale 2 removes the youngest, and leaves the others alone", async (t) => {
    await unnoticed(t, project, async () => {
      await project.tenfold("scale", "2");
    });
    assert.deepEqual(await webs(project), ["web-1", "web-2"]);
    for (const name of ["web-1", "web-2"]) {
      const was = before.members.find((member) => member.name === name);
      assert.equal((await project.member(name)).pid, was?.pid, `${name} was left alone`);
    }
  });

  await t.test("scale web=+1 and web=-1", async (t) => {
    await unnoticed(t, project, async () => {
      await project.tenfold("scale", "web=+1");
      assert.deepEqual(await webs(project), ["web-1", "web-2", "web-3"]);
      await project.tenfold("scale", "web=-1");
    });
    assert.deepEqual(await webs(project), ["web-1", "web-2"]);
  });

  await t.test("restart web replaces every instance", async (t) => {
    const pids = new Map((await project.ps()).members.map(({ name, pid }) => [name, pid]));
    await unnoticed(t, project, async () => {
      await project.tenfold("restart", "web");
    });
    const { members } = await project.healthy();
    assert.deepEqual(await webs(project), ["web-1", "web-2"]);
    for (const { name, kind, pid } of members)
      assert.equal(pid !== pids.get(name), kind === "web", `${name} is ${pid} and was ${pids.get(name)}`);
  });

  await t.test("restart web-2 replaces it alone", async (t) => {
    const pids = new Map((await project.ps()).members.map(({ name, pid }) => [name, pid]));
    await unnoticed(t, project, async () => {
      await project.tenfold("restart", "web-2");
    });
    for (const { name, pid } of (await project.healthy()).members)
      assert.equal(pid !== pids.get(name), name === "web-2", name);
  });

  await t.test("restart of everything, the balancer included", async (t) => {
    await unnoticed(t, project, async () => {
      await project.tenfold("restart");
      await project.tenfold("restart", "balancer");
    });
    await project.healthy();
  });

  await t.test("restart of the only instance", async (t) => {
    await project.tenfold("scale", "1");
    const { pid } = await project.member("web-1");
    await unnoticed(t, project, async () => {
      await project.tenfold("restart", "web");
    });
    assert.deepEqual(await webs(project), ["web-1"]);
    assert.notEqual((await project.member("web-1")).pid, pid);
  });

  await t.test("a changed file is a new release, and nobody notices its arrival", async (t) => {
    await project.write(webOnly(1, "env:\n  GREETING: hello\n"));
    await unnoticed(t, project, async () => {
      await project.up();
    });
    const { release } = await project.healthy();
    assert.equal(release, 2);
    assert.equal((await project.member("web-1")).release, 2);
  });
});
