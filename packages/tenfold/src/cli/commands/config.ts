import type { CommandDefinition } from "../command.ts";

export const config: CommandDefinition = {
  name: "config",
  usage: "",
  summary: "",
  options: [],
  examples: [],
  run: async () => 0,
};
