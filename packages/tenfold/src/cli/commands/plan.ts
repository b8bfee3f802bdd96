import type { CommandDefinition } from "../command.ts";

export const plan: CommandDefinition = {
  name: "plan",
  usage: "",
  summary: "say how large the fleet has to be, and measure how far it can go",
  description:
    "Without an option, what four sizes of audience need, what it costs by a table of prices, and the way from the present size to the next one. With --users or --rps, what exactly those need. With --measure, searches the highest rate at which the running fleet keeps to its limits, at several numbers of instances, and says how many so many users need; the former number runs again afterwards. Nothing else is changed.",
  options: [
    { flags: "--users <count>", description: "people who use the application at the same time" },
    { flags: "--rps <rate>", description: "requests a second, when they are known" },
    { flags: "--p95 <time>", description: "95 of 100 requests are to be answered within this (250ms)" },
    { flags: "--think <time>", description: "time between two actions of one user (10s)" },
    { flags: "--requests <number>", description: "requests that one action makes (1)" },
    {
      flags: "--service <time>",
      description: "what a request takes when nothing else is going on (as measured, else 30ms, a guess)",
    },
    { flags: "--slots <count>", description: "requests that one instance works on at once (1)" },
    {
      flags: "--variability <number>",
      description: "0 where all requests are alike, 1 where they differ as exponential times do (1)",
    },
    { flags: "--prices <file>", description: "a table of prices, YAML or JSON, instead of the indicative one" },
    { flags: "--from <file>", description: "what plan --measure --json wrote: scaling as it was measured" },
    { flags: "--measure", description: "put load on the running fleet until it does not keep to its limits" },
    { flags: "--sizes <list>", description: "numbers of instances that are measured (1,2,4, as far as memory allows)" },
    {
      flags: "--held-out <count>",
      description: "the size that checks the prediction; 0: none (the planned one, or 3)",
    },
    { flags: "--path <path>", description: "what is asked for (/)" },
    { flags: "--scenario <file>", description: "what visitors do, step by step, as in tenfold load" },
    { flags: "--step <time>", description: "how long each rate is tried (10s)" },
    {
      flags: "--confirm <time>",
      description: "how long the rate that was found has to hold, after half that time as a run-in (30s)",
    },
    { flags: "--repeats <count>", description: "searches at each size (3)" },
    { flags: "--start <rate>", description: "the first rate (8)" },
    { flags: "--max-rate <rate>", description: "the highest rate that is tried (20000)" },
    { flags: "--threads <count>", description: "threads that send (1)" },
    { flags: "--quick", description: "short runs, one search at each size of 1,2: a first idea, with wide intervals" },
  ],
  examples: [
    { run: "tenfold plan", does: "four sizes, their costs, and the way to the next one" },
    { run: "tenfold plan --users 800 --p95 300ms --service 45ms", does: "what 800 users need" },
    { run: "tenfold plan --measure --users 800 --json > capacity.json", does: "measure it, and keep what was found" },
    { run: "tenfold plan --rps 400 --from capacity.json", does: "plan by what was measured" },
  ],
  run: async (context, input) => (await import("../work/plan.ts")).runPlan(context, input),
};
