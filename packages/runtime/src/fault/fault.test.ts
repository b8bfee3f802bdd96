import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CATALOGUE } from "./catalogue.ts";
import { Fault, isFault } from "./fault.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../../../docs/reference/runtime-faults.md"), "utf8");

test("the reference lists every code with its status and sentence, and no other code", () => {
  const listed = PAGE.split("\n").filter((line) => line.startsWith("| `TF_RT_"));
  const expected = Object.entries(CATALOGUE).map(([code, { status, when }]) => `| \`${code}\` | ${status} | ${when} |`);
  assert.deepEqual(listed.toSorted(), expected.toSorted());
});

test("a fault travels as JSON with all that helps, and keeps its cause at home", () => {
  const fault = new Fault("TF_RT_REDIS_AWAY", "Redis is away", { hint: "start it", cause: new Error("ECONNREFUSED") });
  assert.deepEqual(JSON.parse(JSON.stringify(fault)), {
    code: "TF_RT_REDIS_AWAY",
    message: "Redis is away",
    hint: "start it",
    lines: [],
  });
  assert.equal(fault.status, 503);
  assert.ok(isFault(fault) && isFault(fault, "TF_RT_REDIS_AWAY") && !isFault(fault, "TF_RT_CLOSED"));
});
