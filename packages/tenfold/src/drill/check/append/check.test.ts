import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../load/arrivals/random.ts";
import type { Ending } from "../ending.ts";
import { checkAppends } from "./check.ts";
import type { AnomalyKind, Step, Transaction } from "./history.ts";

type Line = string | readonly [string, Ending];

/** `a1=5` appends 5 to key 1; `r1=5,6` reads key 1 as [5, 6]; `r1=` reads it empty. A second apart, one after the other. */
function history(...lines: readonly Line[]): Transaction[] {
  return lines.map((line, index) => {
    const [text, ending] = typeof line === "string" ? [line, "ok" as const] : line;
    const steps = text.split(" ").map((word): Step => {
      const [, kind, key, values = ""] = /^([ar])(\d+)=(.*)$/.exec(word) ?? [];
      const list = values === "" ? [] : values.split(",").map(Number);
      return kind === "a"
        ? { kind: "append", key: Number(key), value: list[0] ?? 0 }
        : { kind: "read", key: Number(key), seen: ending === "ok" ? list : null };
    });
    return { index, process: index, ending, steps, startedAt: index * 1000, endedAt: index * 1000 + 500 };
  });
}

function kinds(...lines: readonly Line[]): AnomalyKind[] {
  return [...new Set(checkAppends(history(...lines)).map(({ kind }) => kind))].sort();
}

test("a serial history is clean", () => {
  assert.deepEqual(kinds("a1=1 a2=2", "r1=1 a1=3 r1=1,3", "r1=1,3 r2=2", "r3=", "a3=4", "r3=4"), []);
});

test("what is unknown may have happened or not", () => {
  assert.deepEqual(kinds(["a1=1", "unknown"], "r1=1", "r1=1"), []);
  assert.deepEqual(kinds(["a1=1", "unknown"], "r1=", "r1="), []);
});

test("G0: two transactions that each wrote before the other", () => {
  assert.deepEqual(kinds("a1=1 a2=2", "a1=3 a2=4", "r1=1,3 r2=4,2"), ["G0"]);
});

test("G1a: what a failed transaction wrote was read", () => {
  assert.deepEqual(kinds(["a1=1", "failed"], "r1=1"), ["G1a"]);
});

test("G1b: another transaction was seen half done", () => {
  assert.deepEqual(kinds("a1=1 a1=2", "r1=1", "r1=1,2"), ["G-single", "G1b"]);
});

test("G1c: two transactions that each read what the other wrote", () => {
  assert.deepEqual(kinds("a1=1 r2=2", "a2=2 r1=1"), ["G1c"]);
});

test("G-single: a read that is both before and after a write (read skew)", () => {
  assert.deepEqual(kinds("a1=1 a2=2", "r1= r2=2", "r1=1 r2=2"), ["G-single"]);
});

test("G2: write skew, where each read what the other had not written yet", () => {
  assert.deepEqual(kinds("r1= a2=2", "r2= a1=1", "r1=1 r2=2"), ["G2"]);
});

test("lost update: two that read the same and both wrote", () => {
  assert.deepEqual(kinds("r1= a1=1", "r1= a1=2", "r1=1,2"), ["G-single", "lost update"]);
  const [found] = checkAppends(history("r1= a1=1", "r1= a1=2", "r1=2"));
  assert.equal(found?.kind, "lost append", "the first was written over");
});

test("an acknowledged append that later reads do not have is lost", () => {
  assert.deepEqual(kinds("a1=1", "a1=2", "r1=2"), ["lost append"]);
});

test("two reads of which neither is the beginning of the other", () => {
  assert.deepEqual(kinds("a1=1", "a1=2", "r1=1,2", "r1=2,1"), ["incompatible order"]);
});

test("a value that is there twice", () => {
  assert.deepEqual(kinds("a1=1", "r1=1,1"), ["duplicate"]);
});

test("a transaction that does not see what it did itself", () => {
  assert.deepEqual(kinds("a1=1 r1=", "r1=1").includes("internal"), true);
  assert.deepEqual(kinds("a1=1", "r1=1 r1=1,2", "a1=2").includes("internal"), true);
});

test("an anomaly names who and why", () => {
  const [found] = checkAppends(history("a1=1 a2=2", "r1= r2=2", "r1=1 r2=2"));
  assert.deepEqual(found, {
    kind: "G-single",
    transactions: [0, 1],
    text: "T1 rw on key 1 → T0, wr on key 2 → T1",
  });
});

/** Transactions one after the other, some of which are told nothing or fail: whatever is seen has an order. */
function serial(seed: number, length: number): Transaction[] {
  const random = seededRandom(seed);
  const lists = new Map<number, number[]>();
  let value = 0;
  return Array.from({ length }, (_, index): Transaction => {
    const ending: Ending = random() < 0.8 ? "ok" : random() < 0.5 ? "unknown" : "failed";
    const applies = ending === "ok" || (ending === "unknown" && random() < 0.5);
    const before = new Map([...lists].map(([key, list]) => [key, [...list]]));
    const steps = Array.from({ length: 1 + Math.floor(random() * 4) }, (): Step => {
      const key = Math.floor(random() * 5);
      const list = lists.get(key) ?? [];
      if (random() < 0.5) return { kind: "read", key, seen: ending === "ok" ? [...list] : null };
      value += 1;
      lists.set(key, [...list, value]);
      return { kind: "append", key, value };
    });
    if (!applies) {
      lists.clear();
      for (const [key, list] of before) lists.set(key, list);
    }
    return { index, process: 0, ending, steps, startedAt: index, endedAt: index + 0.5 };
  });
}

test("no serial history, of whatever seed, is accused", () => {
  for (let seed = 1; seed <= 200; seed += 1) assert.deepEqual(checkAppends(serial(seed, 60)), [], `seed ${seed}`);
});

test("a serial history from which one acknowledged append is taken away is always accused", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const whole = serial(seed, 60);
    const seen = whole.flatMap(({ ending, steps }) =>
      ending === "ok" ? steps.flatMap((step) => (step.kind === "read" ? (step.seen ?? []) : [])) : [],
    );
    const victim = seen[0];
    const robbed = whole.map((transaction) => ({
      ...transaction,
      steps: transaction.steps.map((step) =>
        step.kind === "read" && step.seen !== null
          ? { ...step, seen: step.seen.filter((value) => value !== victim) }
          : step,
      ),
    }));
    const writer = whole.find(({ steps }) => steps.some((step) => step.kind === "append" && step.value === victim));
    if (writer?.ending !== "ok") continue;
    const found = checkAppends(robbed).map(({ kind }) => kind);
    assert.ok(found.includes("lost append") || found.includes("internal"), `seed ${seed}: ${found}`);
  }
});

test("a long history needs no deep stack", () => {
  assert.deepEqual(checkAppends(serial(7, 3000)), []);
});
