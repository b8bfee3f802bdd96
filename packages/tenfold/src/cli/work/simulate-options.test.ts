import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../fault/fault.ts";
import { readPolicies } from "./simulate-options.ts";

/** What `--policy` is refused with. */
function refused(text: string, workers: boolean): Fault {
  try {
    readPolicies(text, workers);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error(`${text} was not refused`);
}

test("rules that a fleet file would refuse are refused, with an example that is taken", () => {
  for (const [text, workers, line] of [
    ["queue > 5; cpu > 70% for 5m", true, "cpu > 70% for 5m: +1; a worker has no cpu: its rules are about queue, age"],
    [
      "age > 30s",
      false,
      "age > 30s: +1; the web tier has no age: its rules are about cpu, memory, queue, p95, errors, rps",
    ],
    ["cpu > 70", false, 'cpu is compared with "70"; it must be a percentage such as 70%'],
  ] as const) {
    const { lines, hint } = refused(text, workers);
    assert.deepEqual(lines, [line]);
    assert.equal(readPolicies(/'(.*)'/.exec(hint ?? "")?.[1] ?? "", workers)[0]?.kind, "rules");
  }
});

test("who asks for a policy that is not there is shown rules that are taken", () => {
  for (const workers of [true, false]) {
    const { hint } = refused("none-like-it", workers);
    assert.equal(readPolicies(/'(.*)'/.exec(hint ?? "")?.[1] ?? "", workers)[0]?.kind, "rules");
  }
});
