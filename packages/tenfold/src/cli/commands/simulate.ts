import type { CommandDefinition } from "../command.ts";

export const simulate: CommandDefinition = {
  name: "simulate",
  usage: "",
  summary: "replay a trace against scaling policies, and compare them",
  description:
    "Runs the code that decides for a fleet on a recorded or made trace, in a simulated world, beside other policies and the clairvoyant optimum. Touches no fleet.",
  options: [
    {
      flags: "--trace <file>",
      description: "a CSV of second,rps or minute,requests, or the name of a made trace (--list)",
    },
    {
      flags: "--policy <names>",
      description: "names with commas between, or rules such as 'cpu > 70% for 5m; cpu < 30%'",
    },
    { flags: "--workers", description: "the trace is of jobs for workers" },
    {
      flags: "--engine <name>",
      description:
        "fluid (fast) or requests (every request by itself); workers: jobs (every job by itself) or fluid (fluid; jobs up to 10 million jobs)",
    },
    { flags: "--service <time>", description: "time that a request, or a job, keeps one slot busy (20ms; jobs 2s)" },
    {
      flags: "--variation <number>",
      description:
        "0: all requests, or jobs, take the same; 1: they differ as people's do (1; engine requests, workers)",
    },
    { flags: "--slots <count>", description: "requests that one instance works on at once (1)" },
    { flags: "--slo <time>", description: "limit of the 95th percentile (250ms), or of a job's wait (30s)" },
    { flags: "--boot <time>", description: "from launch to ready (45s; workers 15s)" },
    { flags: "--warm-up <time>", description: "after that, how long it is slower, at six tenths (10s; workers 0s)" },
    { flags: "--boot-failure <percent>", description: "share of the launches that fail (0%)" },
    {
      flags: "--crash <time>",
      description: "how long one instance serves on average until it dies and is started again (never dies)",
    },
    { flags: "--drain <time>", description: "from the decision to stop to the end (30s)" },
    { flags: "--interval <time>", description: "how often the policy looks (5s)" },
    { flags: "--delay <time>", description: "age of the measurements when they are looked at (2s)" },
    { flags: "--loss <percent>", description: "share of the measurements that never arrive (0%)" },
    { flags: "--balance <name>", description: "leastconn, p2c, roundrobin or random (engine requests)" },
    {
      flags: "--queue <place>",
      description:
        "where requests wait: instance, or balancer as with web.concurrency, which is then --slots (engine requests)",
    },
    { flags: "--queue-limit <time>", description: "after so long in the queue, requests are refused; 0s: never (5s)" },
    { flags: "--retry <percent>", description: "share of refused requests that come back (0%; engine fluid)" },
    { flags: "--ceiling <count>", description: "instances that the database's connections suffice for" },
    {
      flags: "--deploy-at <times>",
      description: "when releases are rolled out, from the start: 6h,30h (engine fluid)",
    },
    { flags: "--billing <time>", description: "instances are paid for in steps of this (1s)" },
    { flags: "--min <count>", description: "fewest instances (2; workers 1)" },
    { flags: "--max <count>", description: "most instances (1000)" },
    { flags: "--seed <number>", description: "of all that is random (1)" },
    { flags: "--html <file>", description: "also draw cost against violations" },
    { flags: "--list", description: "name the made traces and the policies" },
  ],
  examples: [
    { run: "tenfold simulate --trace monday.csv", does: "compare all policies on a recorded day" },
    {
      run: "tenfold simulate --trace office --boot 5s --html office.html",
      does: "what a fast boot is worth, with a plot",
    },
    { run: "tenfold simulate --trace office --policy 'safe,hpa' --json", does: "two policies, for programs" },
    { run: "tenfold simulate --trace queue --workers", does: "workers of a queue" },
  ],
  run: async (context, input) => (await import("../work/simulate.ts")).runSimulate(context, input),
};
