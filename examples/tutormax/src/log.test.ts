import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, describeError, errorFields } from "./log.ts";

function record(least: "debug" | "info" | "warn"): {
  readonly log: ReturnType<typeof createLog>;
  readonly lines: string[];
} {
  const lines: string[] = [];
  return { log: createLog("web-1", least, (line) => lines.push(line)), lines };
}

test("an event is one line of JSON, whatever is in it", () => {
  const { log, lines } = record("info");
  log.info("request", { path: "/a\nb", status: 200 });
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^[^\n]*\n$/);
  const { time, ...fields } = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  assert.ok(!Number.isNaN(Date.parse(String(time))));
  assert.deepEqual(fields, { level: "info", instance: "web-1", event: "request", path: "/a\nb", status: 200 });
});

test("events below the least level are dropped", () => {
  const { log, lines } = record("warn");
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { event: string }).event),
    ["c", "d"],
  );
});

test("a log says nothing of an error but its message, code and stack", () => {
  const error = Object.assign(new TypeError("Invalid URL"), {
    code: "ERR_INVALID_URL",
    input: "postgres://a:hunter2@",
  });
  assert.deepEqual(Object.keys(errorFields(error)), ["error", "code", "stack"]);
  assert.ok(!JSON.stringify(errorFields(error)).includes("hunter2"));
});

test("an error that holds several, and no text of its own, is described by the first", () => {
  const refused = new Error("connect ECONNREFUSED ::1:5432");
  assert.equal(describeError(new AggregateError([refused], "")), "connect ECONNREFUSED ::1:5432");
});
