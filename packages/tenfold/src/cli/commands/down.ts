import { EXIT_CODES } from "../../fault/catalogue.ts";
import type { CommandDefinition } from "../command.ts";
import { stopFleet } from "../watch.ts";

export const down: CommandDefinition = {
  name: "down",
  usage: "",
  summary: "stop everything",
  description:
    "Requests in flight get five seconds to finish, and each process its grace. Data stays, unless --volumes says otherwise.",
  options: [
    { flags: "--volumes", description: "also delete all data, logs and secrets, after asking; backups are kept" },
  ],
  examples: [
    { run: "tenfold down", does: "stop the fleet and keep its data" },
    { run: "tenfold down --volumes -y", does: "stop it and delete its data without a question" },
  ],
  run: async (context, input) => {
    const volumes = input.has("volumes");
    const { options, terminal } = context;
    if (volumes && !options.dryRun) {
      const sure = await context.confirm(
        `Delete all data, logs and secrets of the fleet in ${options.directory}? Backups are kept.`,
      );
      if (!sure) {
        terminal.err("nothing was stopped or deleted\n");
        return EXIT_CODES.failed;
      }
    }
    const stopped = await stopFleet(context, { volumes });
    if (!stopped && !options.quiet && !options.dryRun) terminal.err("nothing ran\n");
    if (options.json && !options.dryRun)
      terminal.out(`${JSON.stringify({ version: 1, state: "down", deleted: volumes })}\n`);
    return EXIT_CODES.done;
  },
};
