import assert from "node:assert/strict";
import { test } from "node:test";
import type { Machine } from "../../fleet/machine.ts";
import { mebibytes } from "../../units/bytes.ts";
import { postgresOfMajor } from "./postgres.ts";

test("a data directory of an older major finds its own server among those installed", () => {
  const user = { name: "x", uid: 1, gid: 1, home: "/" };
  const older = { path: "/15/postgres", version: [15, 8, 0] } as const;
  const machine: Machine = {
    cores: 1,
    memory: mebibytes(1),
    programs: { postgres: { path: "/17/postgres", version: [17, 2, 0], others: [older] } },
    users: { engine: user, service: user, application: user },
  };
  assert.equal(postgresOfMajor(machine, 17)?.path, "/17/postgres");
  assert.equal(postgresOfMajor(machine, 15), older);
  assert.equal(postgresOfMajor(machine, 16), undefined);
  assert.equal(postgresOfMajor({ ...machine, programs: {} }, 15), undefined);
});
