import { EXIT_CODES } from "../../fault/catalogue.ts";
import type { CommandDefinition } from "../command.ts";
import { harmless, paintState } from "../output/style.ts";
import { formatTable } from "../output/table.ts";
import { tellNotes } from "../watch.ts";

export const releases: CommandDefinition = {
  name: "releases",
  usage: "",
  summary: "list the releases that are kept",
  description:
    "A row for each release: its number, state, when it was made and of what, and why it failed. deploy.keep in the file says how many are kept.",
  options: [],
  examples: [{ run: "tenfold releases", does: "see what rollback can go back to" }],
  run: async (context) => {
    const { target, terminal, options, paint } = context;
    const report = await target.releases();
    tellNotes(context);
    if (options.json) terminal.out(`${JSON.stringify(report)}\n`);
    else {
      const columns = ["RELEASE", "STATE", "CREATED", "SOURCE", "DETAIL"].map((heading) => ({
        heading,
        align: "left" as const,
      }));
      const rows = report.releases.map(({ release, state, createdAt, source, revision, failure }) => [
        `${release}`,
        paintState(paint, state),
        createdAt.replace("T", " ").slice(0, 19),
        revision === null ? source : revision.slice(0, 12),
        harmless(failure ?? ""),
      ]);
      terminal.out(formatTable(columns, rows));
    }
    return EXIT_CODES.done;
  },
};
