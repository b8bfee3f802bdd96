import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetName } from "./name.ts";
import { nameFrom } from "./name-from.ts";

test("a directory's name is made a valid name of a fleet", () => {
  const cases = {
    shop: "shop",
    "My Shop (2)": "my-shop-2",
    Café_Größe: "cafe-gro-e",
    "2048": "app-2048",
    "---": "app",
    "": "app",
    日本: "app",
    ".hidden": "hidden",
    "a.b.c": "a-b-c",
    ["x".repeat(60)]: "x".repeat(40),
    [`${"x".repeat(39)} y`]: "x".repeat(39),
  };
  for (const [directory, name] of Object.entries(cases)) {
    assert.equal(nameFrom(directory), name);
    assert.ok(fleetName.safeParse(name).success, name);
  }
});
