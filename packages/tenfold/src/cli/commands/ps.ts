import { EXIT_CODES } from "../../fault/catalogue.ts";
import type { CommandDefinition } from "../command.ts";
import { formatFleet } from "../output/fleet-table.ts";
import { tellNotes } from "../watch.ts";

export const ps: CommandDefinition = {
  name: "ps",
  usage: "",
  summary: "list the members",
  description:
    "A row for each member: name, role, state, release, port, uptime, restarts, CPU (of one core), memory, connections.",
  options: [],
  examples: [
    { run: "tenfold ps", does: "list the members" },
    { run: "tenfold ps --json", does: "the same for programs" },
  ],
  run: async (context) => {
    const { target, terminal, options, paint } = context;
    const report = await target.ps();
    tellNotes(context);
    terminal.out(options.json ? `${JSON.stringify(report)}\n` : formatFleet(report, paint));
    return EXIT_CODES.done;
  },
};
