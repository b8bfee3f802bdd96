import { Fault } from "../fault/fault.ts";
import type { RestoreTarget } from "../fleet/backup/choose.ts";
import { parseDuration } from "../units/millis.ts";

/**
 * Reads what `--to` was given: `latest`, `15m ago`, or a time such as `2026-11-25 10:30`, by the clock of this machine
 * unless it names a zone. Fault: TF_ARGUMENT.
 */
export function parseMoment(text: string, now: number): RestoreTarget {
  const trimmed = text.trim();
  if (trimmed === "latest") return { kind: "latest" };
  const ago = /^(.+?)\s+ago$/.exec(trimmed);
  const length = ago === null ? undefined : parseDuration((ago[1] ?? "").replaceAll(" ", ""));
  if (length !== undefined) return { kind: "time", at: now - length };
  const time =
    /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?(?:\s*(?:Z|UTC|[+-]\d{2}(?::?\d{2})?))?$/i.test(
      trimmed,
    );
  // A bare date would be read as midnight in UTC, and not here; PostgreSQL writes +00 for +00:00.
  const whole = trimmed
    .replace(/^(\d{4}-\d{2}-\d{2})(?=$|\s*(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)$)/i, "$1 00:00")
    .replace(/^(\S+) (\d)/, "$1T$2")
    .replace(/\s*UTC$/i, "Z")
    .replace(/\s*([+-]\d{2})$/, "$1:00")
    .replace(/\s+(?=[+-])/, "");
  const at = time ? Date.parse(whole) : Number.NaN;
  if (Number.isFinite(at)) return { kind: "time", at };
  throw new Fault("TF_ARGUMENT", `--to is ${JSON.stringify(text)}`, {
    hint: 'write a time such as "2026-11-25 10:30" or 2026-11-25T10:30:00Z, "15m ago", or latest',
  });
}
