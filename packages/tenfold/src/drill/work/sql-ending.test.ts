import assert from "node:assert/strict";
import { test } from "node:test";
import { endingOf } from "./sql-ending.ts";

const CASES: readonly (readonly [
  what: string,
  commitSent: boolean,
  code: string | null,
  message: string,
  ending: string,
])[] = [
  ["what was never sent has failed", false, null, "connect ECONNREFUSED", "failed"],
  ["a connection that broke after the commit leaves it unknown", true, null, "Connection terminated", "unknown"],
  ["so does the pooler's loss of its server", true, "08P01", "server conn crashed?", "unknown"],
  ["the pooler's limit of waiting is definite", true, "08P01", "query_wait_timeout", "failed"],
  ["so is a pooler that reaches no server", true, "08P01", "server login has been failing, try again later", "failed"],
  ["a server that is told to end may have committed", true, "57P01", "terminating connection", "unknown"],
  ["a conflict is definite", true, "40001", "could not serialize access", "failed"],
  ["a server that only reads is definite", true, "25006", "cannot execute INSERT in a read-only transaction", "failed"],
];

for (const [what, commitSent, code, message, ending] of CASES)
  test(what, () => assert.equal(endingOf({ commitSent, code, message }), ending));
