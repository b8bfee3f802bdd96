import type { CommandDefinition } from "../command.ts";

export const doctor: CommandDefinition = {
  name: "doctor",
  usage: "",
  summary: "",
  options: [],
  examples: [],
  run: async () => 0,
};
