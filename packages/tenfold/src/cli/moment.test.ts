import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../fault/fault.ts";
import { parseMoment } from "./moment.ts";

test("moments are read as people write them", () => {
  const at = (text: string): unknown => parseMoment(text, 1_000_000);
  const time = (text: string): unknown => ({ kind: "time", at: new Date(text).getTime() });
  assert.deepEqual(at("latest"), { kind: "latest" });
  assert.deepEqual(at("15m ago"), { kind: "time", at: 1_000_000 - 900_000 });
  assert.deepEqual(at("2026-11-25 10:30"), time("2026-11-25T10:30"));
  assert.deepEqual(at("2026-11-25"), time("2026-11-25T00:00"));
  assert.deepEqual(at("2026-11-25T10:30:15.250Z"), time("2026-11-25T10:30:15.250Z"));
  assert.deepEqual(at("2026-11-25 10:30:15 UTC"), time("2026-11-25T10:30:15Z"));
  assert.deepEqual(at("2026-11-25 10:30:15.25+02"), time("2026-11-25T08:30:15.250Z"));
  assert.deepEqual(at("2026-11-25 10:30 +0200"), time("2026-11-25T08:30:00Z"));
});

test("what is no moment is refused", () => {
  for (const text of ["", "yesterday", "10:30", "2026-13-45", "2026-11-25 25:00", "ago", "x ago"])
    assert.throws(
      () => parseMoment(text, 0),
      (error) => error instanceof Fault && error.code === "TF_ARGUMENT",
      text,
    );
});
