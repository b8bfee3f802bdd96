import assert from "node:assert/strict";
import { test } from "node:test";
import { routeOf, routeProblems } from "./routes.ts";

const ROUTES = new Map([
  ["reports", ["report.*", "export"]],
  ["slow", ["report.yearly.*"]],
  ["default", ["*"]],
]);

test("a task goes to the queue that names it, else to that with the longest beginning", () => {
  assert.equal(routeOf("export", ROUTES), "reports");
  assert.equal(routeOf("report.pdf", ROUTES), "reports");
  assert.equal(routeOf("report.yearly.pdf", ROUTES), "slow");
  assert.equal(routeOf("exports", ROUTES), "default");
  assert.equal(routeOf("export", new Map([["a", ["e*"]]])), "a");
  assert.equal(routeOf("import", new Map([["a", ["e*"]]])), null);
});

test("patterns of two queues, and stars that are not at the end, are told", () => {
  const routes = new Map([
    ["a", ["x", "y.*"]],
    ["b", ["x", "*.pdf"]],
  ]);
  assert.deepEqual(routeProblems(routes), [
    "queues.b.tasks: x is a task of a already",
    "queues.b.tasks: *.pdf has a * that is not at its end",
  ]);
  assert.deepEqual(routeProblems(ROUTES), []);
});
