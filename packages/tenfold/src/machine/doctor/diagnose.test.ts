import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../fault/fault.ts";
import { type Machine, PROGRAMS } from "../../fleet/machine.ts";
import { fleetFile } from "../../spec/spec.ts";
import { mebibytes } from "../../units/bytes.ts";
import { installCommands, packageOf } from "../system/packages.ts";
import { parseOsRelease, type System } from "../system/system.ts";
import { describeFinding, diagnose, requirePrograms } from "./diagnose.ts";
import { neededPrograms } from "./needed.ts";

const alice = { name: "alice", uid: 1000, gid: 1000, home: "/home/alice" };
const root = { name: "root", uid: 0, gid: 0, home: "/root" };

function machine(programs: Machine["programs"], user = alice): Machine {
  return { cores: 2, memory: mebibytes(4096), programs, users: { engine: user, service: user, application: user } };
}

const debian = parseOsRelease(
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
);

test("a fleet needs what its file asks for, and no more", () => {
  const needs = (raw: object): string =>
    neededPrograms(fleetFile.parse({ name: "x", web: { command: "x" }, ...raw })).join(" ");
  assert.equal(needs({}), "haproxy");
  assert.equal(needs({ balancer: "nginx" }), "nginx");
  assert.equal(needs({ balancer: "nginx", redis: true }), "haproxy nginx redis-server");
  assert.equal(needs({ postgres: true }), "haproxy postgres pgbouncer");
  assert.equal(needs({ cache: true }), "haproxy redis-server");
  assert.equal(needs({ balancer: { tls: "self-signed" } }), "haproxy openssl");
  assert.equal(needs({ postgres: { url: "postgres://x" }, redis: { url: "redis://x" } }), "haproxy");
});

test("what is there, missing and too old is told apart", () => {
  const found = machine({
    haproxy: { path: "/usr/sbin/haproxy", version: [2, 6, 12] },
    postgres: { path: "/usr/lib/postgresql/13/bin/postgres", version: [13, 14, 0] },
  });
  const findings = diagnose(found, ["haproxy", "postgres", "pgbouncer"], debian);
  assert.deepEqual(findings.map(describeFinding), [
    "haproxy 2.6.12, /usr/sbin/haproxy",
    "postgres 13.14 (/usr/lib/postgresql/13/bin/postgres) is too old; 15.0 is the oldest that works",
    "pgbouncer is not installed",
  ]);
  assert.deepEqual(
    findings.map(({ install }) => install),
    [null, null, "sudo apt-get install -y --no-install-recommends pgbouncer"],
  );
});

test("the oldest supported version is supported, and the one before is not", () => {
  const kind = (version: readonly [number, number, number]): string | undefined =>
    diagnose(machine({ "redis-server": { path: "/r", version } }), ["redis-server"], debian)[0]?.state.kind;
  assert.equal(kind([7, 0, 0]), "ok");
  assert.equal(kind([6, 9, 99]), "old");
});

test("what is missing is a fault of the machine, with one command for all of it", () => {
  assert.throws(
    () => requirePrograms(machine({}), ["haproxy", "postgres"], debian),
    (error) => {
      assert.ok(error instanceof Fault && error.code === "TF_MISSING_PROGRAM" && error.exit === 3);
      assert.equal(error.message, "the fleet needs haproxy, postgres, which are not installed");
      assert.match(error.hint ?? "", /: sudo apt-get install -y --no-install-recommends haproxy postgresql$/);
      return true;
    },
  );
  assert.throws(() => requirePrograms(machine({ haproxy: { path: "/h", version: [2, 2, 9] } }), ["haproxy"], debian), {
    code: "TF_OLD_PROGRAM",
    message: /^haproxy 2\.2\.9 \(\/h\) is too old; 2\.6\.0/,
  });
  requirePrograms(machine({ haproxy: { path: "/h", version: [3, 0, 0] } }), ["haproxy"], debian);
});

/** First lines of what real systems have in /etc/os-release, and the command that installs Redis and PostgreSQL there. */
const SYSTEMS: readonly (readonly [string, string, string | null])[] = [
  [
    "Debian 12",
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian',
    "apt-get install -y --no-install-recommends redis-server postgresql",
  ],
  [
    "Ubuntu 24.04",
    'PRETTY_NAME="Ubuntu 24.04.2 LTS"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian',
    "apt-get install -y --no-install-recommends redis-server postgresql",
  ],
  [
    "Linux Mint",
    'NAME="Linux Mint"\nVERSION_ID="22"\nID=linuxmint\nID_LIKE=\'ubuntu debian\'',
    "apt-get install -y --no-install-recommends redis-server postgresql",
  ],
  [
    "Fedora 42",
    'NAME="Fedora Linux"\nVERSION_ID=42\nID=fedora\nPRETTY_NAME="Fedora Linux 42 (Server Edition)"',
    "dnf install -y valkey postgresql-server",
  ],
  ["Fedora 40", "VERSION_ID=40\nID=fedora", "dnf install -y redis postgresql-server"],
  [
    "Rocky 9",
    'NAME="Rocky Linux"\nVERSION_ID="9.4"\nID="rocky"\nID_LIKE="rhel centos fedora"',
    "dnf module enable -y redis:7 postgresql:15 && dnf install -y redis postgresql-server",
  ],
  ["RHEL 10", 'ID="rhel"\nID_LIKE="centos fedora"\nVERSION_ID="10.0"', "dnf install -y valkey postgresql-server"],
  ["Alpine", 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.0', "apk add redis postgresql"],
  ["Arch", 'NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling', "pacman -S --noconfirm --needed valkey postgresql"],
  [
    "openSUSE",
    'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"',
    "zypper --non-interactive install redis postgresql-server",
  ],
  ["NixOS", 'ID=nixos\nVERSION_ID="25.05"', null],
  ["nothing at all", "", null],
];

test("every known system gets the command of its own package manager, and an unknown one is said to be unknown", () => {
  for (const [name, osRelease, expected] of SYSTEMS) {
    const commands = installCommands(parseOsRelease(osRelease), ["redis-server", "postgres"]);
    assert.equal(commands?.map((words) => words.join(" ")).join(" && ") ?? null, expected, name);
  }
  const nix = parseOsRelease('ID=nixos\nPRETTY_NAME="NixOS 25.05"');
  assert.match(diagnose(machine({}), ["nginx"], nix)[0]?.hint ?? "", /nginx 1\.22\.0 or newer; .* NixOS 25\.05\.$/);
});

test("every program has a package on every known system", () => {
  for (const manager of ["apt", "dnf", "apk", "pacman", "zypper", "brew"] as const) {
    const system: System = { name: manager, id: manager, major: 0, manager };
    for (const program of PROGRAMS) assert.ok(packageOf(system, program), `${program} on ${manager}`);
  }
});

test("root needs no sudo, and Homebrew must not have it", () => {
  const install = (who: typeof alice, system: System): string | null | undefined =>
    diagnose(machine({}, who), ["nginx"], system)[0]?.install;
  assert.equal(install(root, debian), "apt-get install -y --no-install-recommends nginx");
  assert.equal(install(alice, { name: "macOS", id: "macos", major: 0, manager: "brew" }), "brew install nginx");
});
