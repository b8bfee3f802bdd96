import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { access, chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseOsRelease } from "../system/system.ts";
import { parseCandidates } from "./apt.ts";
import { type AptState, planInstall, type SERVICES } from "./plan.ts";
import { parsePolicy, policyScript } from "./quiet.ts";

const debian = parseOsRelease('ID=debian\nVERSION_ID="12"');
const fresh: AptState = { listsAge: 60_000, hasPolicy: false, services: [], unsettled: [] };
const all = ["haproxy", "postgres", "pgbouncer", "redis-server"] as const;

const plan = (apt: Partial<AptState>, programs: readonly (keyof typeof SERVICES)[] = all) =>
  planInstall({ system: debian, programs, apt: { ...fresh, ...apt }, pid: 4242 });

test("a fresh system gets one installation, quiet before it and tidied after it", () => {
  const { packages, prepare, update, install, settle } = plan({});
  assert.deepEqual(packages, ["haproxy", "postgresql", "pgbouncer", "redis-server"]);
  assert.deepEqual(
    prepare.map(({ title }) => title),
    ["keep new services from starting", "keep PostgreSQL from creating a cluster of its own"],
  );
  assert.ok(prepare.every(({ undo }) => undo !== undefined));
  assert.equal(update, null);
  assert.match(
    install.command.argv.join(" "),
    /^env DEBIAN_FRONTEND=noninteractive .*apt-get .*install -y --no-install-recommends haproxy postgresql pgbouncer redis-server$/,
  );
  assert.deepEqual(
    settle.map(({ title }) => title),
    ["disable new services"],
  );
  assert.deepEqual(settle[0]?.command.argv.slice(-4), ["haproxy", "postgresql", "pgbouncer", "redis-server"]);
});

test("lists that are missing or a week old are fetched first", () => {
  assert.notEqual(plan({ listsAge: null }).update, null);
  assert.notEqual(plan({ listsAge: 8 * 24 * 3600 * 1000 }).update, null);
  assert.equal(plan({ listsAge: 6 * 24 * 3600 * 1000 }).update, null);
});

test("services that were there before are neither stopped nor disabled nor kept from starting", () => {
  const { prepare, settle } = plan({ services: ["redis-server", "postgresql"] });
  assert.deepEqual(settle[0]?.command.argv.slice(-2), ["haproxy", "pgbouncer"]);
  assert.match(prepare[0]?.command.input ?? "", /^ {2}haproxy\|pgbouncer\) exit 101/m);
  const none = plan({ services: [...all, "postgresql"] });
  assert.deepEqual(none.settle, []);
  assert.ok(!none.prepare.some(({ title }) => title.includes("services")));
});

test("a policy of somebody else stays, and what it let start is stopped", () => {
  const { prepare, settle } = plan({ hasPolicy: true });
  assert.ok(!prepare.some(({ title }) => title.includes("services")));
  assert.deepEqual(
    settle.map(({ title }) => title),
    ["stop new services", "disable new services"],
  );
});

test("services that a killed installation left enabled are settled by the next one", () => {
  const { prepare, settle } = plan({ services: ["redis-server"], unsettled: ["haproxy"] }, ["redis-server"]);
  assert.deepEqual(settle[0]?.command.argv.slice(-1), ["haproxy"]);
  assert.deepEqual(parsePolicy(prepare[0]?.command.input ?? ""), { pid: 4242, services: ["haproxy"] });
});

test("a policy of ours is known again, and anybody else's is not", () => {
  assert.deepEqual(parsePolicy(policyScript(["postgresql", "nginx"], 77)), {
    pid: 77,
    services: ["postgresql", "nginx"],
  });
  assert.equal(parsePolicy("#!/bin/sh\nexit 101\n"), null);
});

test("a program without a service needs no quiet", () => {
  const { prepare, settle } = plan({}, ["openssl"]);
  assert.deepEqual([prepare, settle], [[], []]);
});

async function policyFile(services: readonly string[], pid: number): Promise<AsyncDisposable & { path: string }> {
  const directory = await mkdtemp(join(tmpdir(), "tenfold-policy-"));
  const path = join(directory, "policy-rc.d");
  await writeFile(path, policyScript(services, pid));
  await chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}

test("the policy forbids the new services by every name that Debian asks for, and nothing else", async () => {
  await using policy = await policyFile(["haproxy", "postgresql"], process.pid);
  const asks = (...words: string[]): number | null => spawnSync(policy.path, words).status;
  assert.equal(asks("haproxy", "start"), 101);
  assert.equal(asks("haproxy.service", "start"), 101);
  assert.equal(asks("--quiet", "haproxy", "start"), 101);
  assert.equal(asks("postgresql@15-main.service", "start"), 101);
  assert.equal(asks("ssh.service", "restart"), 0);
  assert.equal(asks("nginx", "restart"), 0);
});

test("a policy whose maker was killed removes itself", async () => {
  const maker = spawn("sleep", ["60"]);
  await using policy = await policyFile(["haproxy"], maker.pid ?? 0);
  assert.equal(spawnSync(policy.path, ["haproxy", "start"]).status, 101);
  maker.kill("SIGKILL");
  await once(maker, "exit");
  assert.equal(spawnSync(policy.path, ["haproxy", "start"]).status, 0);
  await assert.rejects(access(policy.path));
});

test("candidates are read from what apt-cache prints", () => {
  const text = `haproxy:
  Installed: (none)
  Candidate: 2.4.24-0ubuntu0.22.04.1
  Version table:
     2.4.24-0ubuntu0.22.04.1 500
redis-server:
  Installed: (none)
  Candidate: 5:7.0.15-1~deb12u1
postgresql:
  Candidate: 15+248+deb12u1
pgbouncer:
  Installed: (none)
  Candidate: (none)
`;
  assert.deepEqual(
    [...parseCandidates(text)],
    [
      ["haproxy", [2, 4, 24]],
      ["redis-server", [7, 0, 15]],
      ["postgresql", [15, 0, 0]],
      ["pgbouncer", null],
    ],
  );
});
