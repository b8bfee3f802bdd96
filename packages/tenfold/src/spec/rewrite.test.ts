import assert from "node:assert/strict";
import { test } from "node:test";
import { rewrite } from "./rewrite.ts";
import { fleetFile } from "./spec.ts";
import type { Traits } from "./traits.ts";

test("a key of a store is a secret template, and a setting of PostgreSQL, which is text as well, is neither", () => {
  const seen = new Map<string, Traits>();
  const file = {
    web: "x",
    postgres: { settings: { work_mem: "8MB" } },
    backups: { s3: { accessKey: "a", secretKey: "b" } },
  };
  rewrite(file, fleetFile, (value, { path, traits }) => {
    seen.set(path.join("."), traits);
    return value;
  });
  assert.equal(seen.get("backups.s3.secretKey")?.text, "template");
  assert.equal(seen.get("postgres.settings.work_mem")?.text, undefined);
  assert.equal(seen.get("postgres.settings.work_mem")?.secret, undefined);
});
