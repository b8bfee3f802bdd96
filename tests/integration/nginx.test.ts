import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { webOnly } from "../harness/applications.ts";
import { eventually } from "../harness/eventually.ts";
import { type LoadOptions, underLoad, whoAnswers } from "../harness/load.ts";
import { isAlive, processesOf } from "../harness/processes.ts";
import { createProject, type Project } from "../harness/project.ts";

const NGINX = "balancer: nginx\n";

async function unnoticed(
  t: TestContext,
  project: Project,
  act: () => Promise<void>,
  load: Omit<LoadOptions, "url"> = {},
): Promise<ReadonlySet<string>> {
  const { urls } = await project.ps();
  const tally = await underLoad({ url: urls.app ?? "", ...load }, act);
  t.diagnostic(`${tally.requests} requests, the slowest took ${tally.slowest.toFixed(0)} ms`);
  assert.deepEqual(tally.failures, []);
  assert.ok(tally.requests > 50, `only ${tally.requests} requests`);
  return new Set(tally.answers.keys());
}

test("behind nginx, web instances come, go, are replaced and killed, and no visitor notices", async (t) => {
  await using project = await createProject({ files: webOnly(3, NGINX) });
  await project.up();
  const { members } = await project.healthy();
  assert.deepEqual(
    members.filter(({ kind }) => kind === "balancer").map(({ name, detail }) => [name, detail]),
    [
      ["balancer-1", "visitors' connections"],
      ["balancer-2", "3 of 3 instances healthy"],
    ],
  );

  await t.test("scale to 5, to 2 and to 3", async (t) => {
    const answered = await unnoticed(t, project, async () => {
      await project.tenfold("scale", "web=5");
      await project.healthy();
      await project.tenfold("scale", "web=2");
      await project.tenfold("scale", "web=3");
    });
    assert.ok(answered.size >= 4, [...answered].join(" "));
  });

  await t.test("restart of the instances", async (t) => {
    await unnoticed(t, project, async () => {
      await project.tenfold("restart", "web");
    });
    await project.healthy();
  });

  await t.test("restart of the balancers", async (t) => {
    const before = processesOf([project.directory]).filter(({ command }) => command === "nginx: worker process");
    assert.ok(before.length > 0);
    await unnoticed(t, project, async () => {
      await project.tenfold("restart", "balancer");
    });
    await eventually("former workers that carry nothing are gone", () => before.every(({ pid }) => !isAlive(pid)));
  });

  await t.test("a changed limit reaches the edge", async (t) => {
    await project.write(webOnly(3, "balancer: { engine: nginx, maxBody: 1kb }\n"));
    await unnoticed(t, project, async () => {
      await project.up();
    });
    const { urls } = await project.ps();
    const { status } = await fetch(urls.app ?? "", { method: "POST", body: "x".repeat(2000) });
    assert.equal(status, 413);
  });

  await t.test("an instance's SIGKILL", async (t) => {
    const load = { repeatable: true };
    for (const name of ["web-1", "web-2"]) {
      const { pid } = await project.member(name);
      const act = async (): Promise<void> => {
        process.kill(pid ?? 0, "SIGKILL");
        await eventually(`another ${name}`, async () => {
          const found = await project.member(name);
          return found.pid !== pid && found.state === "ready";
        });
      };
      await unnoticed(t, project, act, load);
    }
    await project.healthy();
    assert.equal((await whoAnswers((await project.ps()).urls.app ?? "")).size, 3);
  });
});
