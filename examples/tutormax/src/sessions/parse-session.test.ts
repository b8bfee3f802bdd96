import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNewSession } from "./parse-session.ts";

const GOOD = { tutor: "Ada", student: "Bo", subject: "Algebra", minutes: 45, rating: 5 };

function problemsOf(value: unknown): readonly string[] {
  const parsed = parseNewSession(value);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path} ${message}`);
}

test("a good session passes, without the spaces around its texts", () => {
  assert.deepEqual(parseNewSession({ ...GOOD, tutor: " Ada " }), { ok: true, session: GOOD });
});

test("all problems are found at once", () => {
  assert.deepEqual(problemsOf({ tutor: "", student: 7, minutes: 0, rating: 4.5, notes: "x" }), [
    "tutor must not be empty",
    "student must be text",
    "subject is missing",
    "minutes must be a whole number from 1 to 600",
    "rating must be a whole number from 1 to 5",
    "notes is unknown; known are tutor, student, subject, minutes, rating",
  ]);
});

test("what is no object is refused", () => {
  for (const value of [null, 1, "text", [GOOD], true]) assert.deepEqual(problemsOf(value), [" must be an object"]);
});

test("numbers at their bounds pass, and those beyond do not", () => {
  assert.deepEqual(problemsOf({ ...GOOD, minutes: 1, rating: 1 }), []);
  assert.deepEqual(problemsOf({ ...GOOD, minutes: 600, rating: 5 }), []);
  assert.equal(problemsOf({ ...GOOD, minutes: 601, rating: 6 }).length, 2);
  assert.equal(problemsOf({ ...GOOD, minutes: "60", rating: null }).length, 2);
});

test("length is counted in characters as people see them, not in UTF-16 units", () => {
  assert.deepEqual(problemsOf({ ...GOOD, tutor: "🎓".repeat(80) }), []);
  assert.deepEqual(problemsOf({ ...GOOD, tutor: "🎓".repeat(81) }), [
    "tutor must have at most 80 characters; it has 81",
  ]);
});

test("text that PostgreSQL would refuse or change is refused here", () => {
  for (const bad of ["a\u0000b", "a\nb", "a\ud800b"]) {
    assert.deepEqual(problemsOf({ ...GOOD, subject: bad }), ["subject must not hold control characters"]);
  }
});

test("names that objects have by nature are no fields", () => {
  assert.equal(problemsOf(JSON.parse('{"__proto__": {"tutor": "x"}}')).length, 6);
});
