import assert from "node:assert/strict";
import { test } from "node:test";
import { readPrometheusQueue, singleValue } from "./prometheus-queue.ts";
import { Unread } from "./unread.ts";

function vector(...values: readonly string[]): Parameters<typeof singleValue>[1] {
  return {
    status: "success",
    data: { resultType: "vector", result: values.map((value) => ({ metric: {}, value: [0, value] })) },
  };
}

test("the answer of a query is one number, or none", () => {
  assert.equal(singleValue("q", vector("12")), 12);
  assert.equal(singleValue("q", vector("-1")), 0);
  assert.equal(singleValue("q", vector()), null);
  assert.equal(singleValue("q", vector("NaN")), null);
  assert.equal(singleValue("q", { status: "success", data: { resultType: "scalar", result: [0, "3"] } }), 3);
});

test("what is no number is told", () => {
  const wrong: readonly (readonly [Parameters<typeof singleValue>[1], RegExp])[] = [
    [vector("1", "2"), /q gives 2 series; sum\(\.\.\.\)/],
    [{ status: "error", error: "parse error" }, /refuses q: parse error/],
    [{ status: "success", data: { resultType: "string", result: "x" } }, /q gives string/],
    [{}, /refuses q/],
  ];
  for (const [answer, message] of wrong)
    assert.throws(
      () => singleValue("q", answer),
      (error) => error instanceof Unread && message.test(error.message),
    );
});

test("a Prometheus that nobody runs is told, without the password of its URL", async () => {
  const queries = { depth: "up", oldest: null, inFlight: null };
  for (const url of ["http://admin:hunter2@127.0.0.1:1", "nowhere"])
    await assert.rejects(readPrometheusQueue(url, queries), (error: Error) => {
      assert.match(error.message, /its Prometheus/);
      assert.doesNotMatch(error.message, /hunter2/);
      return error instanceof Unread;
    });
});
