import type { CommandDefinition } from "../command.ts";

export const doctor: CommandDefinition = {
  name: "doctor",
  usage: "",
  summary: "show what this machine lacks, and how to get it",
  description:
    "Looks for the programs that the fleet needs, their versions, and what of the system keeps a fleet from running well. Exits 3 when something is missing.",
  options: [{ flags: "--fix", description: "install what is missing, after asking" }],
  examples: [
    { run: "tenfold doctor", does: "see what is missing and the commands that install it" },
    { run: "tenfold doctor --fix -y", does: "install it without a question" },
  ],
  run: async (context, input) => (await import("../work/doctor.ts")).runDoctor(context, input),
};
