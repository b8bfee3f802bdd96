import type { CommandDefinition } from "../command.ts";
import { followAndReport } from "../watch.ts";

export const restart: CommandDefinition = {
  name: "restart",
  usage: "[members...]",
  summary: "restart members, rolling",
  description:
    "Members (web-2), groups (web, worker.reports) or kinds (postgres); none means all. Web instances are replaced one after the other while a further one stands in for them.",
  options: [],
  examples: [
    { run: "tenfold restart web", does: "replace every web instance, dropping nothing" },
    { run: "tenfold restart postgres-2", does: "restart one replica" },
  ],
  run: (context, input) => followAndReport(context, (watch) => context.target.restart(input.words, watch)),
};
