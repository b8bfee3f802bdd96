import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../fault/index.ts";
import { connectFault, outcomeOf, statementFault } from "./outcome.ts";

const failure = (message: string, code?: string) =>
  Object.assign(new Error(message), code === undefined ? {} : { code });
const LOST = failure("Connection terminated unexpectedly");
const of = (error: unknown, transaction: boolean, text: string) =>
  outcomeOf(statementFault(error, { transaction, text }));

test("a loss within a transaction leaves nothing, and one during its commit leaves nobody knowing", () => {
  assert.equal(of(LOST, true, "insert into a values (1)"), "retryable");
  assert.equal(of(LOST, true, "COMMIT"), "indeterminate");
  assert.equal(of(LOST, true, "insert into a values (1); commit"), "indeterminate");
  assert.equal(of(LOST, false, "insert into a values (1)"), "indeterminate");
  assert.equal(of(LOST, false, "begin"), "retryable");
  assert.equal(of(LOST, false, "begin; insert into a values (1); commit"), "indeterminate");
  assert.equal(of(failure("server closed", "57P01"), true, "select 1"), "retryable");
  assert.equal(of(failure("reset", "ECONNRESET"), false, "update a set b = 1"), "indeterminate");
  assert.equal(of(failure("Query read timeout"), false, "update a set b = 1"), "indeterminate");
});

test("what was led to no server was not executed", () => {
  assert.equal(outcomeOf(connectFault(failure("refused", "ECONNREFUSED"))), "retryable");
  assert.equal(outcomeOf(connectFault(failure("too many", "53300"))), "retryable");
  assert.equal(of(failure("server login has been failing", "08P01"), false, "insert"), "retryable");
  assert.equal(of(failure("query_wait_timeout", "08P01"), false, "insert"), "retryable");
  assert.equal(of(failure("server conn crashed?", "08P01"), false, "insert"), "indeterminate");
  assert.equal(of(failure("starting up", "57P03"), false, "insert"), "retryable");
});

test("what the database refuses is thrown as it is, and a primary that is none any more can be asked again", () => {
  const unique = failure("duplicate key", "23505");
  assert.equal(statementFault(unique, { transaction: false, text: "insert" }), unique);
  assert.equal(outcomeOf(unique), "failed");
  assert.equal(connectFault(failure("no such user", "28000")) instanceof Fault, false);
  assert.equal(of(failure("read-only", "25006"), true, "insert"), "retryable");
  assert.equal(outcomeOf(failure("deadlock", "40P01")), "retryable");
  assert.equal(
    outcomeOf(new Error("wrapped", { cause: new Fault("TF_RT_DATABASE_INDETERMINATE", "lost") })),
    "indeterminate",
  );
});
