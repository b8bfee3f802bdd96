import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { observeCgroups, observeLimits, parseCgroups, parseCpuMax, parseMemoryLimit } from "./cgroup.ts";

test("a systemd machine has one hierarchy, and every ancestor of the group counts", () => {
  const [place, ...rest] = parseCgroups(
    "0::/user.slice/user-1000.slice/session-2.scope\n",
    "35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n",
  );
  assert.deepEqual(rest, []);
  assert.equal(place?.version, 2);
  assert.deepEqual(place?.directories, [
    "/sys/fs/cgroup",
    "/sys/fs/cgroup/user.slice",
    "/sys/fs/cgroup/user.slice/user-1000.slice",
    "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope",
  ]);
});

test("a container of version 1 sees its own group at the mount point", () => {
  const places = parseCgroups(
    "11:cpu,cpuacct:/docker/4f2a\n7:memory:/docker/4f2a\n1:name=systemd:/docker/4f2a\n0::/system.slice/containerd.service\n",
    [
      "700 690 0:30 /docker/4f2a /sys/fs/cgroup/cpu,cpuacct ro,nosuid master:16 - cgroup cgroup rw,cpu,cpuacct",
      "701 690 0:31 /docker/4f2a /sys/fs/cgroup/memory ro,nosuid master:17 - cgroup cgroup rw,memory",
    ].join("\n"),
  );
  assert.deepEqual(
    places.map(({ version, directories }) => [version, directories]),
    [
      [1, ["/sys/fs/cgroup/cpu,cpuacct"]],
      [1, ["/sys/fs/cgroup/memory"]],
    ],
  );
});

test("a container of version 2 without a namespace of its own sees what is mounted", () => {
  const [place] = parseCgroups(
    "0::/../../system.slice/docker-4f2a.scope\n",
    "42 30 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n",
  );
  assert.ok(place?.directories.every((directory) => directory.startsWith("/sys/fs/cgroup")));
});

test("a mount point with a space is read, and lines of no use are passed over", () => {
  const [place] = parseCgroups("0::/\ngarbage\n", "1 2 0:3 / /a\\040b rw - cgroup2 none rw\nhalf a line\n");
  assert.equal(place?.mountPoint, "/a b");
});

test("limits are numbers, or none", () => {
  assert.equal(parseCpuMax("150000 100000\n"), 1.5);
  assert.equal(parseCpuMax("max 100000\n"), null);
  assert.equal(parseCpuMax("-1 100000"), null);
  assert.equal(parseCpuMax("undefined undefined"), null);
  assert.equal(parseMemoryLimit("536870912\n"), 536870912);
  assert.equal(parseMemoryLimit("max\n"), null);
  assert.equal(parseMemoryLimit("9223372036854771712\n"), null);
  assert.equal(parseMemoryLimit(""), null);
});

test("the tightest limit wins, wherever among the ancestors it stands", async () => {
  const root = await mkdtemp(join(tmpdir(), "tenfold-cgroup-"));
  try {
    const inner = join(root, "slice", "scope");
    await mkdir(inner, { recursive: true });
    await writeFile(join(root, "slice", "memory.max"), "1000000\n");
    await writeFile(join(root, "slice", "cpu.max"), "200000 100000\n");
    await writeFile(join(inner, "memory.max"), "2000000\n");
    await writeFile(join(inner, "memory.high"), "max\n");
    await writeFile(join(inner, "cpu.max"), "50000 100000\n");
    const directories = [root, join(root, "slice"), inner];
    assert.deepEqual(await observeLimits([{ version: 2, controllers: [], mountPoint: root, directories }]), {
      memory: 1_000_000,
      cores: 0.5,
    });
    assert.deepEqual(await observeLimits([]), { memory: null, cores: null });
  } finally {
    await rm(root, { recursive: true });
  }
});

test("the groups of this very process are found on Linux", { skip: process.platform !== "linux" }, async () => {
  const places = await observeCgroups();
  const { memory, cores } = await observeLimits(places);
  assert.ok(memory === null || memory > 0);
  assert.ok(cores === null || cores > 0);
});
