import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { freePort } from "../../examples/tutormax/src/testing/free-port.ts";
import { SERVER, webOnly } from "../harness/applications.ts";
import { eventually } from "../harness/eventually.ts";
import { createProject, type Project } from "../harness/project.ts";

/** A fleet of a balancer, a cache and one web instance that runs a command; it may take two seconds to be ready. */
function fleetOf(command: string): Readonly<Record<string, string>> {
  return {
    "tenfold.yaml": `name: shop
web:
  command: ${JSON.stringify(command)}
  instances: 1
  health: { path: /health, start: 2s }
postgres: false
redis: false
cache: true
`,
  };
}

/** The first fault that `up` ends with; the cache, which is not to blame, has to run on. */
async function upFails(t: TestContext, project: Project, command: string) {
  await project.write(fleetOf(command));
  const fault = await project.fault(["up", "-d"]);
  t.diagnostic(`${fault.message} | ${fault.lines.join(" | ")} | ${fault.hint}`);
  assert.equal(fault.exit, 1);
  assert.match(fault.hint ?? "", /tenfold logs web-1|PORT/);
  assert.equal((await project.member("cache-1")).state, "ready");
  assert.equal((await project.member("balancer-1")).state, "ready");
  return fault;
}

test("an application that does not come up is explained, and the rest of the fleet stays up", async (t) => {
  await using project = await createProject({ files: { "server.mjs": SERVER } });

  await t.test("it exits at once: its last lines are shown, and none of an earlier try", async (t) => {
    await upFails(t, project, "echo an earlier try; exit 4");
    const fault = await upFails(t, project, "echo DATABASE_NAME is not set >&2; exit 3");
    assert.equal(fault.code, "TF_MEMBER_EXITED");
    assert.match(fault.message, /^web-1 exited with code 3, 3 times in a row$/);
    assert.deepEqual(fault.lines, ["DATABASE_NAME is not set"]);
    const { state, restarts } = await project.member("web-1");
    assert.ok(state === "failed" || state === "starting", state);
    assert.ok(restarts >= 2);
  });

  await t.test("its command does not exist: the hint says what to check", async (t) => {
    const fault = await upFails(t, project, "gunicorm app:app");
    assert.match(fault.lines.join("\n"), /gunicorm/);
    assert.match(fault.hint ?? "", /^check the command and that its dependencies are installed/);
  });

  await t.test("it never listens", async (t) => {
    const fault = await upFails(t, project, "echo thinking; exec sleep 1000");
    assert.equal(fault.code, "TF_MEMBER_NOT_READY");
    assert.match(fault.message, /^web-1 was not ready after 2 s: does not listen on port \d+$/);
    assert.deepEqual(fault.lines, ["thinking"]);
    assert.match((await project.member("web-1")).detail ?? "", /does not listen on port/);
  });

  await t.test("it listens on another port", async (t) => {
    const other = await freePort();
    const fault = await upFails(t, project, `PORT=${other} exec node server.mjs`);
    assert.equal(fault.code, "TF_WRONG_PORT");
    assert.match(fault.message, new RegExp(`^web-1 listens on port ${other}, but \\$PORT was \\d+$`));
  });

  await t.test("it fails its health check", async (t) => {
    const sick = `require("http").createServer((q, s) => { s.statusCode = 503; s.end("no database"); }).listen(process.env.PORT)`;
    const fault = await upFails(t, project, `echo started; exec node -e '${sick}'`);
    assert.equal(fault.code, "TF_MEMBER_NOT_READY");
    assert.match(fault.message, /answers GET \/health with 503$/);
    assert.deepEqual(fault.lines, ["started"]);
    const { status, checks } = await project.health();
    assert.equal(status, "down");
    assert.match(checks.find(({ name }) => name === "web-1")?.detail ?? "", /answers GET \/health with 503/);
    assert.equal((await project.run(["health"])).code, 1);
  });

  await t.test("people are told what runs nevertheless, and what to do", async () => {
    const { code, stderr } = await project.run(["up", "-d"]);
    assert.equal(code, 1);
    assert.match(stderr, /· 2 of 3 members run and go on: mend this and run tenfold up again; tenfold down stops them/);
    assert.match(stderr, /error: web-1 was not ready/);
  });

  await t.test("once it is mended, up brings it in", async () => {
    await project.write(fleetOf("node server.mjs"));
    await project.up();
    const { urls } = await project.healthy();
    assert.equal(await (await fetch(urls.app ?? "")).text(), "web-1");
  });

  await t.test("an instance that dies later comes back by itself", async () => {
    const { urls } = await project.ps();
    const { pid } = await project.member("web-1");
    await fetch(`${urls.app}/die`).catch(() => {});
    await eventually("web-1 is back", async () => {
      const member = await project.member("web-1");
      return member.state === "ready" && member.pid !== pid;
    });
  });
});

test("instances that all listen on a port that is written in the code are told where theirs is", async () => {
  const own = await freePort();
  const files = {
    "server.mjs": SERVER,
    "tenfold.yaml": `name: shop\nweb: { command: "PORT=${own} exec node server.mjs", instances: 2 }\n`,
  };
  await using project = await createProject({ files });
  const fault = await project.fault(["up", "-d"]);
  assert.match(fault.hint ?? "", /the environment variable PORT/);
});

test("a PATH that was wrong is mended by the next up, and leaves running processes alone", async () => {
  await using project = await createProject({ files: webOnly(1) });
  const fault = await project.fault(["up", "-d"], { env: { PATH: "/nowhere" } });
  assert.equal(fault.code, "TF_MEMBER_EXITED");
  assert.match(fault.lines.join("\n"), /node: /);
  await project.up();
  const { pid } = await project.member("web-1");
  await project.run(["up", "-d"], { env: { PATH: "/nowhere" } });
  assert.equal((await project.member("web-1")).pid, pid);
});

test("an application that does not end at SIGTERM is killed, and its author is told", async () => {
  const server = SERVER.replace("server.close(() => process.exit(0))", "{}");
  assert.notEqual(server, SERVER);
  await using project = await createProject({ files: { ...webOnly(2, "  grace: 1s\n"), "server.mjs": server } });
  await project.up();
  const { stderr } = await project.tenfold("scale", "1");
  assert.match(stderr, /· web-2 did not end within 1 s of SIGTERM, its grace, and was killed/);
});

test("a member that never ran has an empty log, which can be followed until it does", async () => {
  await using project = await createProject({ files: webOnly(1, "release: test -e ready\n") });
  assert.equal((await project.fault(["up", "-d"])).code, "TF_RELEASE_FAILED");
  assert.equal((await project.tenfold("logs", "web-1")).stdout, "");
  const following = project.start(["logs", "-f", "web"]);
  await project.write({ ready: "" });
  await project.up();
  await following.says(/^web-1 +\| listening$/m);
});

test("a member that uses more memory than it may is replaced", async () => {
  await using project = await createProject({ files: webOnly(2, "  memory: 150MB\n") });
  await project.up();
  const { urls } = await project.healthy();
  // Whoever is killed meanwhile leaves the visitor with an error of the balancer's, or with none.
  const answer = await fetch(`${urls.app}/eat?mb=250`).catch(() => null);
  if (answer?.ok) assert.match(await answer.text(), /^web-\d$/);
  await eventually("it was replaced", async () => {
    const { members } = await project.ps();
    const web = members.filter(({ kind }) => kind === "web");
    return web.every(({ state, memoryBytes }) => state === "ready" && (memoryBytes ?? 0) < 150_000_000);
  });
});
