import assert from "node:assert/strict";
import { test } from "node:test";
import { figure } from "./figure.ts";

test("figures have as many digits as somebody reads, and what is little is not nothing", () => {
  const told = [0, 0.001, 0.0256, 0.25, 1, 9.96, 41.34, 99.96, 100, 99_700.898_07, -0.5].map(figure);
  assert.deepEqual(told, ["0", "0.001", "0.026", "0.25", "1", "10", "41.3", "100", "100", "99701", "-0.5"]);
});
