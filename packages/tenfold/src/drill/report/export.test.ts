import assert from "node:assert/strict";
import { test } from "node:test";
import type { Transaction } from "../check/append/history.ts";
import { toHistoryText } from "./export.ts";

const HISTORY: readonly Transaction[] = [
  {
    ...{ index: 0, process: 0, startedAt: 1000, endedAt: 1003.5, ending: "ok" },
    steps: [
      { kind: "append", key: 1, value: 7 },
      { kind: "read", key: 1, seen: [7] },
    ],
  },
  {
    ...{ index: 1, process: 1, startedAt: 1002, endedAt: 1004, ending: "unknown" },
    steps: [{ kind: "read", key: 2, seen: null }],
  },
];

test("a history is written as elle-cli reads it, in EDN", () => {
  assert.equal(
    toHistoryText(HISTORY, "edn"),
    `[{:index 0, :type :invoke, :f :txn, :process 0, :time 0, :value [[:append 1 7] [:r 1 nil]]}
 {:index 1, :type :invoke, :f :txn, :process 1, :time 2000000, :value [[:r 2 nil]]}
 {:index 2, :type :ok, :f :txn, :process 0, :time 3500000, :value [[:append 1 7] [:r 1 [7]]]}
 {:index 3, :type :info, :f :txn, :process 1, :time 4000000, :value [[:r 2 nil]]}]
`,
  );
});

test("and in JSON", () => {
  const operations = JSON.parse(toHistoryText(HISTORY, "json")) as Record<string, unknown>[];
  assert.deepEqual(operations[2], {
    ...{ index: 2, type: "ok", f: "txn", process: 0, time: 3_500_000 },
    value: [
      ["append", 1, 7],
      ["r", 1, [7]],
    ],
  });
});
