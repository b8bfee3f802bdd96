import { EXIT_CODES } from "../../fault/catalogue.ts";
import type { CommandDefinition } from "../command.ts";
import { paintState } from "../output/style.ts";
import { formatTable } from "../output/table.ts";
import { tellNotes } from "../watch.ts";

export const health: CommandDefinition = {
  name: "health",
  usage: "",
  summary: "show every check; exit 1 when the fleet is not healthy",
  description:
    "A row for each member and for what members do together: its status and what was seen. Ends with 0 when the fleet is healthy, and with 1 when it is degraded or down.",
  options: [],
  examples: [{ run: "tenfold health || tenfold logs -n 20", does: "show logs when something is wrong" }],
  run: async (context) => {
    const { target, terminal, options, paint } = context;
    const report = await target.health();
    tellNotes(context);
    if (options.json) terminal.out(`${JSON.stringify(report)}\n`);
    else {
      const columns = ["CHECK", "STATUS", "DETAIL"].map((heading) => ({ heading, align: "left" as const }));
      const rows = report.checks.map(({ name, status, detail }) => [name, paintState(paint, status), detail]);
      if (rows.length > 0) terminal.out(`${formatTable(columns, rows)}\n`);
      terminal.out(`${paintState(paint, report.status)}\n`);
    }
    return report.status === "healthy" ? EXIT_CODES.done : EXIT_CODES.failed;
  },
};
