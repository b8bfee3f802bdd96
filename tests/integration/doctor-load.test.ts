import assert from "node:assert/strict";
import { test } from "node:test";
import { webOnly } from "../harness/applications.ts";
import { eventually } from "../harness/eventually.ts";
import { createProject } from "../harness/project.ts";

test("an application that waits for something else is told from one that is well", async () => {
  await using project = await createProject({ files: webOnly(1) });
  const before = await project.fault(["doctor", "--load"]);
  assert.deepEqual([before.code, before.exit], ["TF_NOT_RUNNING", 1]);
  await project.up();
  const { urls } = await project.healthy();
  const quiet = await project.tenfold("doctor", "--load");
  assert.match(quiet.stdout, /nothing/);
  const load = project.start(["load", `${urls.app}/slow?ms=700`, "--rate", "5", "--duration", "2m"]);
  const found = await eventually(
    "the cause is found",
    async () => {
      const { code, stdout } = await project.run(["doctor", "--load", "--since", "30s", "--json"]);
      const { causes } = JSON.parse(stdout) as { causes: { name: string; figure: string; change: string }[] };
      return causes.some(({ name }) => name === "dependency-bound") ? { code, causes } : null;
    },
    90_000,
  );
  load.signal("SIGKILL");
  assert.equal(found.code, 1);
  assert.match(found.causes[0]?.figure ?? "", /answers took \d+ ms/);
  const { stdout } = await project.run(["doctor", "--load", "--since", "30s"]);
  assert.match(stdout, /dependency-bound \(web\).*\n.*\n.*look at/);
});
