import type { BackupsReport } from "@tenfold/protocol";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { bytes, formatBytes } from "../../units/bytes.ts";
import type { Context } from "../context.ts";
import { formatTable } from "../output/table.ts";
import { follow, tellNotes } from "../watch.ts";
import { orderOf } from "./order.ts";

/** Makes a backup, or tries one; the result is the list with it. */
export async function backUp(
  context: Context,
  request: { readonly verify: boolean; readonly existing: string | null },
): Promise<number> {
  const { target, options, terminal } = context;
  await follow(context, (watch) => target.backup(request, watch));
  if (options.dryRun) return EXIT_CODES.done;
  const report = await target.backups(() => orderOf(context, null));
  if (options.json) {
    terminal.out(`${JSON.stringify(report)}\n`);
    return EXIT_CODES.done;
  }
  const [newest] = report.backups;
  if (newest !== undefined && request.existing === null && !options.quiet)
    terminal.out(
      `${newest.backup}  ${formatBytes(bytes(newest.sizeBytes))} in ${report.place}, of ${formatBytes(bytes(newest.plainBytes))}\n`,
    );
  return EXIT_CODES.done;
}

function moment(iso: string): string {
  return iso.replace("T", " ").slice(0, 19);
}

function show({ terminal, paint }: Context, report: BackupsReport): void {
  if (report.backups.length === 0) terminal.out(`no backup is kept in ${report.place}; tenfold backup makes one\n`);
  else {
    const columns = ["BACKUP", "FINISHED (UTC)", "SIZE", "HOLDS", "VERIFIED (UTC)"].map((heading) => ({
      heading,
      align: heading === "SIZE" ? ("right" as const) : ("left" as const),
    }));
    const rows = report.backups.map(({ backup, finishedAt, sizeBytes, parts, verified }) => [
      backup,
      moment(finishedAt),
      formatBytes(bytes(sizeBytes)),
      parts.join(", "),
      verified === null ? "no" : moment(verified.at),
    ]);
    terminal.out(formatTable(columns, rows));
  }
  const oldest = report.backups.at(-1);
  const lines = [
    `kept in ${report.place}`,
    ...(report.logUntil === null || oldest === undefined
      ? []
      : [`any moment from ${moment(oldest.finishedAt)} to ${moment(report.logUntil)} can be restored`]),
    ...(report.nextAt === null ? [] : [`the next one is due at ${moment(report.nextAt)}`]),
    ...(report.failure === null ? [] : [`the last one failed: ${report.failure}`]),
  ];
  for (const line of lines) terminal.out(`${paint(line, line.startsWith("the last one failed") ? "red" : "dim")}\n`);
}

export async function listBackups(context: Context): Promise<number> {
  const report = await context.target.backups(() => orderOf(context, null));
  tellNotes(context);
  if (context.options.json) context.terminal.out(`${JSON.stringify(report)}\n`);
  else show(context, report);
  return EXIT_CODES.done;
}
