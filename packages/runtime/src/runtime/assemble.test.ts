import assert from "node:assert/strict";
import { test } from "node:test";
import type { Part } from "../context/index.ts";
import { Assembly } from "./assemble.ts";

function recorder(): { readonly log: string[]; readonly make: (name: string, fails?: boolean) => () => Part } {
  const log: string[] = [];
  const make =
    (name: string, fails = false) =>
    () => {
      log.push(`open ${name}`);
      return {
        async close() {
          log.push(`close ${name}`);
          if (fails) throw new Error(name);
        },
      };
    };
  return { log, make };
}

test("a part is made when it is first asked for, and once", () => {
  const { log, make } = recorder();
  const assembly = new Assembly(new Map([["cache", make("cache")]]));
  assert.deepEqual(log, []);
  assert.equal(assembly.get("cache"), assembly.get("cache"));
  assert.deepEqual(log, ["open cache"]);
});

test("parts are closed once, in their order and not in that of their making; what was never made is left alone", async () => {
  const { log, make } = recorder();
  const assembly = new Assembly(
    new Map([
      ["channels", make("channels")],
      ["pool", make("pool")],
      ["sessions", make("sessions")],
    ]),
  );
  assembly.get("sessions");
  assembly.get("channels");
  await Promise.all([assembly.close(), assembly.close()]);
  assert.deepEqual(log, ["open sessions", "open channels", "close channels", "close sessions"]);
});

test("a part that does not close keeps no other from closing, and is told of", async () => {
  const { log, make } = recorder();
  const assembly = new Assembly(
    new Map([
      ["pool", make("pool", true)],
      ["cache", make("cache")],
    ]),
  );
  assembly.get("pool");
  assembly.get("cache");
  await assert.rejects(assembly.close(), AggregateError);
  assert.deepEqual(log.slice(2), ["close pool", "close cache"]);
});
