import assert from "node:assert/strict";
import { test } from "node:test";
import type { Machine } from "../../fleet/machine.ts";
import { fleetFile } from "../../spec/spec.ts";
import { mebibytes } from "../../units/bytes.ts";
import { type Condition, inspectConditions } from "./conditions.ts";
import { type Host, observeHost, parseMemoryInfo, parseOpenFiles, parseRanges } from "./host.ts";

const alice = { name: "alice", uid: 1000, gid: 1000, home: "/home/alice" };
const root = { name: "root", uid: 0, gid: 0, home: "/root" };

const roomy: Host = {
  now: Date.UTC(2027, 0, 1),
  builtAt: Date.UTC(2026, 10, 1),
  openFiles: { limit: 524_288, canRaise: false },
  availableMemory: mebibytes(6000),
  swap: mebibytes(0),
  freeDisk: mebibytes(50_000),
  outgoingPorts: { first: 32_768, last: 60_999 },
  reservedPorts: [],
  firstFreePort: 1024,
  overcommit: 0,
  limits: { memory: true, cpu: true },
};

function inspect(raw: object, host: Partial<Host> = {}, who = alice, memory = 8192): Map<string, Condition> {
  const machine: Machine = {
    cores: 2,
    memory: mebibytes(memory),
    programs: {},
    users: { engine: who, service: who, application: who },
  };
  const spec = fleetFile.parse({ name: "x", web: { command: "x" }, postgres: true, redis: true, ...raw });
  const found = inspectConditions({ spec, machine, host: { ...roomy, ...host } });
  return new Map(found.map((condition) => [condition.name, condition]));
}

test("a roomy machine has nothing to warn of", () => {
  assert.deepEqual(
    [...inspect({}).values()].filter(({ level }) => level !== "ok"),
    [],
  );
});

test("little memory is a warning that says how much the fleet may use, and that there is no swap", () => {
  const memory = inspect({}, {}, alice, 512).get("memory");
  assert.equal(memory?.level, "warning");
  assert.match(memory?.message ?? "", /may use about \d.*; this machine has 512 MB and no swap$/);
});

test("a nearly full disk warns, and a full one is an error", () => {
  assert.equal(inspect({}, { freeDisk: mebibytes(500) }).get("disk")?.level, "warning");
  assert.equal(inspect({}, { freeDisk: mebibytes(50) }).get("disk")?.level, "error");
  assert.equal(inspect({}, { freeDisk: null }).get("disk"), undefined);
});

test("too few open files for the balancer warn, unless they can be raised or are not wanted", () => {
  const few = { openFiles: { limit: 1024, canRaise: false } };
  assert.match(inspect({}, few).get("open files")?.message ?? "", /1024 files, and haproxy wants 20500/);
  assert.equal(inspect({}, few).get("open files")?.level, "warning");
  assert.equal(inspect({}, { openFiles: { limit: 1024, canRaise: true } }).get("open files")?.level, "ok");
  const modest = { balancer: { maxConnections: 100 }, postgres: { pool: { clients: 100 } } };
  assert.equal(inspect(modest, few).get("open files")?.level, "ok");
  const pooler = inspect({ balancer: { maxConnections: 100 } }, few).get("open files");
  assert.match(pooler?.hint ?? "", /lower postgres\.pool\.clients/);
});

test("port 80 is an error with the setting that allows it, for root too", () => {
  for (const who of [alice, root]) {
    const port = inspect({ balancer: { port: 80 } }, {}, who).get("balancer.port");
    assert.equal(port?.level, "error");
    assert.match(port?.hint ?? "", /ip_unprivileged_port_start=80/);
  }
  assert.equal(inspect({ balancer: { port: 80 } }, { firstFreePort: 80 }).get("balancer.port"), undefined);
  assert.equal(inspect({ balancer: { port: 8080 } }).get("balancer.port"), undefined);
});

test("members' ports among the kernel's own warn, unless they are reserved", () => {
  const wide = { outgoingPorts: { first: 1024, last: 65_535 } };
  assert.equal(inspect({}, wide).get("ports")?.level, "warning");
  assert.equal(inspect({}, { ...wide, reservedPorts: [{ first: 20_000, last: 33_000 }] }).get("ports")?.level, "ok");
});

test("Redis that could not fork warns; a small one on a large machine does not", () => {
  assert.equal(inspect({}, { overcommit: 0 }).get("vm.overcommit_memory"), undefined);
  assert.equal(inspect({ redis: { memory: "4g" } }, { overcommit: 0 }).get("vm.overcommit_memory")?.level, "warning");
  assert.equal(inspect({ redis: { memory: "4g" } }, { overcommit: 1 }).get("vm.overcommit_memory"), undefined);
  assert.equal(inspect({}, { overcommit: 2 }).get("vm.overcommit_memory")?.level, "warning");
  assert.equal(inspect({ redis: false }, { overcommit: 2 }).get("vm.overcommit_memory"), undefined);
});

test("limits that nobody enforces are told only to those who set them", () => {
  const none = { limits: { memory: false, cpu: false } };
  assert.equal(inspect({}, none).get("control groups"), undefined);
  const web = { web: { command: "x", memory: "256mb", cpu: 0.5 } };
  assert.match(inspect(web, none).get("control groups")?.message ?? "", /watched instead.*cpu limits have no effect/);
  assert.equal(inspect(web).get("control groups"), undefined);
});

test("a clock before Tenfold was made is a warning", () => {
  assert.equal(inspect({}, { now: 0 }).get("clock")?.level, "warning");
  assert.equal(inspect({}).get("clock"), undefined);
});

test("files of the kernel are read as it writes them", () => {
  assert.deepEqual(parseRanges("32768\t60999\n"), [{ first: 32_768, last: 60_999 }]);
  assert.deepEqual(parseRanges("20001-32000,40000\n"), [
    { first: 20_001, last: 32_000 },
    { first: 40_000, last: 40_000 },
  ]);
  assert.deepEqual(parseRanges("\n"), []);
  const limits =
    "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 524288               files     \n";
  assert.deepEqual(parseOpenFiles(limits, "CapEff:\t000001ffffffffff\n"), { limit: 524_288, canRaise: true });
  assert.deepEqual(parseOpenFiles(limits, "CapEff:\t00000000a80425fb\n"), { limit: 524_288, canRaise: false });
  assert.equal(parseOpenFiles("", ""), null);
  assert.equal(parseMemoryInfo("MemTotal:  100 kB\nSwapTotal:       0 kB\n", "SwapTotal"), 0);
  assert.equal(parseMemoryInfo("", "SwapTotal"), null);
});

test("this very system is looked at without a fault, also for a directory that does not exist", async () => {
  const host = await observeHost("/nowhere/at/all");
  assert.ok(host.freeDisk !== null && host.freeDisk > 0);
  assert.ok(Math.abs(host.now - Date.now()) < 5_000);
  if (process.platform === "linux") {
    assert.ok(host.openFiles !== null && host.availableMemory !== null && host.outgoingPorts !== null);
  }
});
