// A reporter of node:test that writes what a summary needs, one JSON value a line.
import { inspect } from "node:util";

/** A test that has tests inside is counted through these. */
const isSuite = ({ details, type }) => (details?.type ?? type) === "suite";

export default async function* report(source) {
  for await (const { type, data } of source) {
    if (isSuite(data)) continue;
    // What has begun and has no outcome when the process is killed is what hung.
    if (type === "test:dequeue") yield `${JSON.stringify({ outcome: "begun", name: data.name })}\n`;
    if (type !== "test:pass" && type !== "test:fail") continue;
    const reason = typeof data.skip === "string" ? data.skip : "";
    const skipped = data.skip !== undefined || data.todo !== undefined;
    const outcome = type === "test:fail" ? "failed" : skipped ? "skipped" : "passed";
    // The reporter for people tells why at the end, to which a file that hangs does not come.
    const why = type === "test:fail" ? inspect(data.details.error.cause ?? data.details.error) : "";
    yield `${JSON.stringify({ outcome, name: data.name, reason, why })}\n`;
  }
}
