import type { CommandDefinition } from "../command.ts";

export const doctor: CommandDefinition = {
  name: "doctor",
  usage: "",
  summary: "show what this machine lacks, and how to get it",
  description:
    "Looks for the programs that the fleet needs, their versions, and what of the system keeps a fleet from running well. Exits 3 when something is missing. With --load, what the running fleet was seen to do: likely causes of slowness, each with the figure that shows it and the setting to change; exits 1 when there is one.",
  options: [
    { flags: "--fix", description: "install what is missing, after asking" },
    { flags: "--load", description: "look at the load of the running fleet instead" },
    { flags: "--since <time>", description: "with --load: what was seen in this time, an hour at most (15m)" },
  ],
  examples: [
    { run: "tenfold doctor", does: "see what is missing and the commands that install it" },
    { run: "tenfold doctor --fix -y", does: "install it without a question" },
    { run: "tenfold doctor --load", does: "see why the running fleet is slow, and what to change" },
  ],
  run: async (context, input) =>
    input.has("load")
      ? (await import("../work/doctor-load.ts")).runDoctorLoad(context, input)
      : (await import("../work/doctor.ts")).runDoctor(context, input),
};
