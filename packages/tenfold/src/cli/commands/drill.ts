import { Fault } from "../../fault/fault.ts";
import type { CommandDefinition } from "../command.ts";
import { wholeNumber } from "../watch.ts";

const MOST_SEEDS = 2 ** 31;

export const drill: CommandDefinition = {
  name: "drill",
  usage: "[names...]",
  summary: "break things under load, and measure the outage and what was lost",
  description:
    "Names are those of --list. Kills, freezes, deploys, scales and switches while clients of its own read and write; then compares what they were told with what is there. Its tables (schema tenfold_drill) and keys (tenfold:drill:*) are removed afterwards, and your data is not touched. Ends with 1 when a promise was broken.",
  options: [
    { flags: "--list", description: "show every drill" },
    { flags: "--all", description: "run every drill that this fleet has the members for" },
    { flags: "--random <count>", description: "run so many, chosen at random" },
    { flags: "--seed <number>", description: "choose the same drills and the same victims again" },
    { flags: "--rate <number>", description: "requests a second; 100 when absent" },
    { flags: "--path <path>", description: "the page to ask for; / when absent" },
    { flags: "--html <file>", description: "also write a page with the timeline of each drill" },
    {
      flags: "--export <file>",
      description: "also write the history of transactions, as EDN or JSON, for a checker such as elle-cli",
    },
  ],
  examples: [
    { run: "tenfold drill postgres-primary-killed", does: "kill the primary while clients write" },
    { run: "tenfold drill --random 10 --html drills.html", does: "ten drills at random, with a page that shows them" },
    { run: "tenfold drill --all --json", does: "every drill, for programs" },
  ],
  run: async (context, input) => {
    const ways = [input.words.length > 0, input.has("list"), input.has("all"), input.text("random") !== null];
    if (ways.filter(Boolean).length !== 1)
      throw new Fault("TF_ARGUMENT", "which drill?", {
        hint: "name one or more, or write --all, --random <count>, or --list",
      });
    const number = (name: string, absent: number, least: number): number => {
      const text = input.text(name);
      return text === null ? absent : wholeNumber(text, `--${name}`, least);
    };
    const { listDrills, drillFleet } = await import("../work/drill.ts");
    if (input.has("list")) return listDrills(context);
    return drillFleet(context, {
      names: input.words,
      random: input.text("random") === null ? null : number("random", 1, 1),
      seed: number("seed", Math.floor(Math.random() * MOST_SEEDS), 0) % MOST_SEEDS,
      rate: number("rate", 100, 2),
      path: input.text("path") ?? "/",
      html: input.text("html"),
      export: input.text("export"),
    });
  },
};
