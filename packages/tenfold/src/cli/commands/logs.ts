import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import { parseDuration } from "../../units/millis.ts";
import type { CommandDefinition } from "../command.ts";
import { LogLines } from "../output/log-lines.ts";
import { wholeNumber } from "../watch.ts";

const DEFAULT_LINES = 50;

/** Reads `10m` or a date; gives milliseconds since 1970. Fault: TF_ARGUMENT. */
export function parseSince(text: string, now: number): number {
  const length = parseDuration(text);
  if (length !== undefined) return now - length;
  const date = Date.parse(text);
  if (!Number.isNaN(date)) return date;
  throw new Fault("TF_ARGUMENT", `--since is ${JSON.stringify(text)}`, {
    hint: "write a length of time such as 10m, or a date such as 2026-11-20T08:00:00Z",
  });
}

export const logs: CommandDefinition = {
  name: "logs",
  usage: "[members...]",
  summary: "show what members wrote",
  description:
    "Members (web-2) or groups (web, worker.reports); none means all. Lines are prefixed with the member's name; with --json each is a document of its own. --since is exact to about five seconds.",
  options: [
    { flags: "-f, --follow", description: "go on as they write" },
    { flags: "-n, --lines <count>", description: `the last so many lines of each (${DEFAULT_LINES})` },
    { flags: "--since <time>", description: "only what was written since: 10m, 2h, or a date" },
  ],
  examples: [
    { run: "tenfold logs web -f", does: "follow the web instances" },
    { run: "tenfold logs worker.reports --since 10m", does: "the last ten minutes of one kind of worker" },
  ],
  run: async ({ target, terminal, paint, options, interrupts }, input) => {
    const since = input.text("since");
    const lines = input.text("lines");
    const query = {
      members: input.words,
      follow: input.has("follow"),
      lines:
        lines === null ? (since === null ? DEFAULT_LINES : Number.MAX_SAFE_INTEGER) : wholeNumber(lines, "--lines", 0),
      since: since === null ? null : parseSince(since, Date.now()),
    };
    const format = new LogLines(paint);
    await target.logs(
      query,
      (line) => terminal.out(options.json ? `${JSON.stringify(line)}\n` : format.format(line)),
      interrupts.next(),
    );
    return EXIT_CODES.done;
  },
};
