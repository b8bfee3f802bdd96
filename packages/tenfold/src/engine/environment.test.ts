import assert from "node:assert/strict";
import { test } from "node:test";
import { INHERITED_NAMES } from "../fleet/environment.ts";
import type { MemberName } from "../fleet/member.ts";
import { type Audience, isProvided, PROVIDED_NAMES, withoutVariable } from "../fleet/provided.ts";
import { FULL_FILE, MemoryFleet, specOf } from "../testing/memory-fleet.ts";

const MEMBERS: readonly (readonly [Audience, string | null])[] = [
  ["web", "web-1"],
  ["workers", "worker-reports-1"],
  ["scheduler", "scheduler-1"],
  ["release", null],
];

const FILES = [FULL_FILE, { ...FULL_FILE, postgres: false, redis: false, cache: false }, { ...FULL_FILE, cache: true }];

test("the application gets exactly the variables that the reference lists", async () => {
  for (const file of FILES) {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, file);
    for (const [audience, member] of MEMBERS) {
      const got = Object.keys(engine.environment(member as MemberName | null));
      const expected = PROVIDED_NAMES.filter(
        (name) => isProvided(name, specOf(file)) && withoutVariable(name, [audience]).length === 0,
      );
      const further = ["NODE_ENV", "PYTHONUNBUFFERED", "NODE_COMPILE_CACHE", ...INHERITED_NAMES];
      assert.deepEqual(got.filter((name) => !further.includes(name)).sort(), expected.sort(), `${audience}`);
    }
  }
});
