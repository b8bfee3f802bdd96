import assert from "node:assert/strict";
import { test } from "node:test";
import { replyRuleOf } from "./reply-rule.ts";

test("answers are known by what was sent where that differs, else by their order, unless it is said", () => {
  assert.equal(replyRuleOf("hi ${visitor}", undefined), "matching");
  assert.equal(replyRuleOf('{"id":"${uuid}"}', true), "matching");
  assert.equal(replyRuleOf("ping ${WORD}", undefined), "ordered");
  assert.equal(replyRuleOf("$${uuid}", undefined), "ordered");
  assert.equal(replyRuleOf("hi ${visitor}", "ordered"), "ordered");
  assert.equal(replyRuleOf("hi", false), "none");
  assert.equal(replyRuleOf(null, "matching"), "none");
});
