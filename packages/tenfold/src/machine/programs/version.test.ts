import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProgramName, Version } from "../../fleet/machine.ts";
import { formatVersion, parseVersion } from "./version.ts";

/** What the programs of real distributions print. */
const SAID: readonly (readonly [ProgramName, string, Version | undefined])[] = [
  [
    "haproxy",
    "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\nStatus: long-term supported branch - will stop receiving fixes around Q2 2027.\nKnown bugs: http://www.haproxy.org/bugs/bugs-2.6.12.html\n",
    [2, 6, 12],
  ],
  ["haproxy", "HAProxy version 2.8.5-1ubuntu3.2 2024/12/02 - https://haproxy.org/\n", [2, 8, 5]],
  ["haproxy", "HAProxy version 3.0.11-1+deb13u1 2025/10/02 - https://haproxy.org/\n", [3, 0, 11]],
  ["haproxy", "HAProxy version 3.2.0-e134140 2025/05/28 - https://haproxy.org/\n", [3, 2, 0]],
  ["haproxy", "HAProxy version 3.1-dev5-3ca6d5c 2024/08/09 - https://haproxy.org/\n", [3, 1, 0]],
  ["haproxy", "HA-Proxy version 2.2.9-2+deb11u6 2023/12/14 - https://haproxy.org/\n", [2, 2, 9]],
  [
    "haproxy",
    "HA-Proxy version 1.5.18 2016/05/10\nCopyright 2000-2016 Willy Tarreau <willy@haproxy.org>\n\n",
    [1, 5, 18],
  ],
  ["nginx", "nginx version: nginx/1.22.1\n", [1, 22, 1]],
  ["prometheus", "prometheus, version 2.42.0+ds (branch: debian/sid, revision: 2.42.0+ds-5+deb12u1)\n", [2, 42, 0]],
  [
    "prometheus",
    "prometheus, version 3.5.0 (branch: HEAD, revision: 8be3a9560fbdd18a94dedec4b747c35178177202)\n",
    [3, 5, 0],
  ],
  ["alertmanager", "alertmanager, version 0.25.0 (branch: debian/sid, revision: 0.25.0-1+b4)\n", [0, 25, 0]],
  ["alertmanager", "prometheus, version 2.42.0+ds (branch: debian/sid)\n", undefined],
  ["nginx", "nginx version: nginx/1.24.0 (Ubuntu)\n", [1, 24, 0]],
  ["nginx", "nginx version: nginx/1.25.3 (nginx-plus-r31)\n", [1, 25, 3]],
  ["nginx", "nginx version: openresty/1.25.3.1\n", [1, 25, 3]],
  ["nginx", "freenginx version: freenginx/1.27.4\n", [1, 27, 4]],
  ["nginx", "Tengine version: Tengine/3.1.0\nnginx version: nginx/1.24.0\n", [1, 24, 0]],
  ["nginx", "Angie version: Angie/1.5.1\n", undefined],
  ["postgres", "postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)\n", [15, 8, 0]],
  ["postgres", "postgres (PostgreSQL) 16.9 (Ubuntu 16.9-0ubuntu0.24.04.1)\n", [16, 9, 0]],
  ["postgres", "postgres (PostgreSQL) 17.5 (Homebrew)\n", [17, 5, 0]],
  ["postgres", "postgres (PostgreSQL) 17beta1\n", [17, 0, 0]],
  ["postgres", "postgres (PostgreSQL) 18rc1\n", [18, 0, 0]],
  ["postgres", "postgres (PostgreSQL) 19devel\n", [19, 0, 0]],
  ["postgres", "postgres (PostgreSQL) 9.6.24\n", [9, 6, 24]],
  ["postgres", "postgres (EnterpriseDB) 15.3.0 (Debian 15.3.0-1)\n", [15, 3, 0]],
  ["postgres", "initdb (PostgreSQL) 15.8\n", undefined],
  [
    "pgbouncer",
    "PgBouncer 1.18.0\nlibevent 2.1.12-stable\nadns: c-ares 1.18.1\ntls: OpenSSL 3.0.19 27 Jan 2026\nsystemd: yes\n",
    [1, 18, 0],
  ],
  ["pgbouncer", "PgBouncer 1.24.1\nlibevent 2.1.12-stable\nadns: c-ares 1.34.5\ntls: OpenSSL 3.5.1\n", [1, 24, 1]],
  ["pgbouncer", "PgBouncer version 1.9.0\n", [1, 9, 0]],
  [
    "redis-server",
    "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0\n",
    [7, 0, 15],
  ],
  [
    "redis-server",
    "Redis server v=8.0.2 sha=00000000:1 malloc=jemalloc-5.3.0 bits=64 build=b5fd1ba1b6a8e8d3\n",
    [8, 0, 2],
  ],
  [
    "redis-server",
    "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=a3fdef44459b3ad6\n",
    [6, 0, 16],
  ],
  [
    "redis-server",
    "Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1e1f6e0e3d8b4a5c\n",
    [8, 1, 1],
  ],
  ["redis-server", "Redis server v=255.255.255 sha=e9f1b3a2:0 malloc=libc bits=64 build=7\n", [255, 255, 255]],
  ["redis-server", "KeyDB server v=6.3.4 sha=7e7e5e57:0 malloc=jemalloc-5.2.1 bits=64 build=1\n", undefined],
  ["openssl", "OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)\n", [3, 0, 19]],
  ["openssl", "OpenSSL 1.1.1w  11 Sep 2023\n", [1, 1, 1]],
  ["openssl", "LibreSSL 3.3.6\n", [3, 3, 6]],
  [
    "haproxy",
    "haproxy: error while loading shared libraries: liblua5.3.so.0: cannot open shared object file: No such file or directory\n",
    undefined,
  ],
  ["redis-server", "", undefined],
];

test("versions are read from what the programs of many distributions print", () => {
  for (const [program, said, expected] of SAID) assert.deepEqual(parseVersion(program, said), expected, said);
});

test("a warning before the version does not hide it", () => {
  const said = "WARNING: ignoring option in OPENSSL_CONF\nPgBouncer 1.22.0\nlibevent 2.1.12-stable\n";
  assert.deepEqual(parseVersion("pgbouncer", said), [1, 22, 0]);
});

test("a version is shown as its makers write it", () => {
  assert.equal(formatVersion("postgres", [15, 8, 0]), "15.8");
  assert.equal(formatVersion("haproxy", [2, 6, 12]), "2.6.12");
});
