import { EXIT_CODES } from "../../fault/catalogue.ts";
import { unmovedWorkers } from "../../spec/scaling/unmoved.ts";
import type { CommandDefinition } from "../command.ts";
import { formatFleet, formatLatency, formatScaling } from "../output/fleet-table.ts";
import { tellNotes } from "../watch.ts";

export const ps: CommandDefinition = {
  name: "ps",
  usage: "",
  summary: "list the members",
  description:
    "A row for each member: name, role, state, release, port, uptime, restarts, CPU (of one core), memory, connections.",
  options: [
    {
      flags: "--why",
      description: "show the figures that led to each number that moves by itself, and how long answers take",
    },
  ],
  examples: [
    { run: "tenfold ps", does: "list the members" },
    { run: "tenfold ps --why", does: "why there are so many web instances and workers" },
    { run: "tenfold ps --json", does: "the same for programs" },
  ],
  run: async (context, input) => {
    const { target, terminal, options, paint } = context;
    const report = await target.ps();
    tellNotes(context);
    terminal.out(options.json ? `${JSON.stringify(report)}\n` : formatFleet(report, paint));
    if (!input.has("why") || options.json) return EXIT_CODES.done;
    const unmoved = unmovedWorkers((await target.spec()).workers);
    terminal.out(formatScaling(report, unmoved, paint) + formatLatency(report, paint));
    return EXIT_CODES.done;
  },
};
