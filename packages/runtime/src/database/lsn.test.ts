import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../fault/index.ts";
import { PrimaryHistory } from "./lag.ts";
import { compareLsn, type Lsn, laterLsn, parseLsn } from "./lsn.ts";
import { TokenSeal } from "./token.ts";

const lsn = (text: string) => text as Lsn;

test("places in the log are compared as numbers, and not as text", () => {
  assert.ok(compareLsn(lsn("0/9"), lsn("0/10")) < 0);
  assert.ok(compareLsn(lsn("2/0"), lsn("1/FFFFFFFF")) > 0);
  assert.equal(compareLsn(lsn("0/0a"), lsn("0/A")), 0);
  assert.equal(laterLsn(lsn("0/9"), lsn("0/10")), "0/10");
  assert.equal(laterLsn(null, lsn("0/10")), "0/10");
  for (const text of ["", "0", "0/", "0/G", "0/123456789", "1/2; drop", null, 7]) assert.equal(parseLsn(text), null);
});

test("a replica is as late as what it lacks is old, and an idle primary makes none late", () => {
  const history = new PrimaryHistory(20_000);
  history.add(1_000, lsn("0/10"));
  history.add(2_000, lsn("0/20"));
  history.add(9_000, lsn("0/20"));
  assert.equal(history.lag(lsn("0/20"), 60_000), 0);
  assert.equal(history.lag(lsn("0/1F"), 9_500), 7_500);
  assert.equal(history.lag(lsn("0/0"), 9_500), 8_500);
  for (let at = 10; at < 100; at += 1) history.add(at * 1_000, lsn(`0/${at}00`));
  assert.ok(history.lag(lsn("0/0"), 99_000) >= 20_000);
});

test("a token that leaves the server comes back unchanged and in time, or not at all", () => {
  const seal = new TokenSeal("a secret of thirty-two characters!");
  const text = seal.seal(lsn("1/AB"), 1_000);
  assert.equal(seal.open(text, 1_000), "1/AB");
  assert.equal(seal.open(text, 30_999), "1/AB");
  assert.equal(seal.open(text, 31_000), null);
  assert.equal(seal.open(text.replace("1-AB", "F-AB"), 1_000), null);
  assert.equal(new TokenSeal("another secret of 32 characters!!").open(text, 1_000), null);
  for (const bad of [undefined, "", "..", "a.b.c"]) assert.equal(seal.open(bad, 0), null);
  assert.throws(
    () => new TokenSeal("short"),
    (error) => isFault(error, "TF_RT_OPTION"),
  );
});
