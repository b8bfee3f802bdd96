import type { CommandDefinition } from "../command.ts";

export const init: CommandDefinition = {
  name: "init",
  usage: "",
  summary: "",
  options: [],
  examples: [],
  run: async () => 0,
};
