import { EXIT_CODES } from "../../fault/catalogue.ts";
import type { CommandDefinition } from "../command.ts";
import { tellProjectNotes } from "../watch.ts";

export const config: CommandDefinition = {
  name: "config",
  usage: "",
  summary: "print the file with every default filled in",
  description:
    "What Tenfold understood, overlays merged. References to variables stay references, so no secret is shown.",
  options: [{ flags: "--command <command>", description: "no file: the fleet of this web command" }],
  examples: [
    { run: "tenfold config", does: "see every setting and its default" },
    { run: "tenfold config --env production", does: "with the overlay for production" },
  ],
  run: async (context, input) => {
    const { terminal, options } = context;
    const { spec, notes } = await context.loadProject(input.text("command"));
    tellProjectNotes(context, notes);
    const { formatSpec, specToFile } = await import("../../spec/format.ts");
    terminal.out(options.json ? `${JSON.stringify({ version: 1, config: specToFile(spec) })}\n` : formatSpec(spec));
    return EXIT_CODES.done;
  },
};
