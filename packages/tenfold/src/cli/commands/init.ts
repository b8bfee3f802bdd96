import type { CommandDefinition } from "../command.ts";

export const init: CommandDefinition = {
  name: "init",
  usage: "",
  summary: "look at the project and write its fleet file",
  description: "Looks at what the project is made of, says what it saw and why, and writes tenfold.yaml.",
  options: [{ flags: "--force", description: "write over a fleet file that is there" }],
  examples: [
    { run: "tenfold init", does: "write tenfold.yaml for the project in this directory" },
    { run: "tenfold init --dry-run", does: "only show it" },
  ],
  run: async (context, input) => (await import("../work/init.ts")).runInit(context, input),
};
