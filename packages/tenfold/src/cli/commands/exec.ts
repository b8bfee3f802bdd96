import { Fault } from "../../fault/fault.ts";
import type { CommandDefinition } from "../command.ts";
import { runProgram } from "../run-program.ts";

const MEMBER = /^(web|worker|scheduler)-([a-z0-9-]+-)?\d+$/;

export const exec: CommandDefinition = {
  name: "exec",
  usage: "[words...]",
  written: "[member] <command...>",
  summary: "run a command with the fleet's environment",
  description:
    "Runs here, with the variables that a member of the application has (DATABASE_URL, REDIS_URL, ...). Without a member, those that the release command has.",
  options: [],
  examples: [
    { run: "tenfold exec node scripts/import.ts", does: "run a script against the fleet's databases" },
    { run: "tenfold exec web-1 printenv PORT", does: "see what web-1 was given" },
  ],
  passThrough: "afterFirst",
  run: async ({ target, options }, input) => {
    const [first = "", ...rest] = input.words;
    const member = MEMBER.test(first) ? first : null;
    const words = member === null ? input.words : rest;
    if (words.length === 0)
      throw new Fault("TF_ARGUMENT", "no command was given", {
        hint: "write for example tenfold exec printenv DATABASE_URL",
      });
    const environment = await target.environment(member);
    return runProgram(words, { directory: options.directory, environment: { ...process.env, ...environment } });
  },
};
