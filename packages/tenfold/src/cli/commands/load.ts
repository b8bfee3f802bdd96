import type { CommandDefinition } from "../command.ts";

export const load: CommandDefinition = {
  name: "load",
  usage: "[url]",
  summary: "put load on the fleet, and measure what visitors would see",
  description:
    "Sends requests at their own times, whatever became of those before, and measures each from the time at which it was meant to be sent. Without a URL, to the fleet in this directory through its balancer. Only this machine is loaded, unless --allow-host names another. Exits 1 when a threshold is crossed.",
  options: [
    { flags: "--rate <number>", description: "visits a second (50)" },
    { flags: "--ramp-to <number>", description: "go straight from --rate to this over the whole time" },
    { flags: "--spike-to <number>", description: "come at this rate in the middle third of the time" },
    { flags: "--trace <file>", description: "replay a CSV of second,rps or minute,requests" },
    { flags: "--scale <factor>", description: "multiply every rate by this" },
    { flags: "--duration <time>", description: "how long (30s)" },
    { flags: "--poisson", description: "visits come as independent people do, not evenly" },
    { flags: "--visitors <count>", description: "closed loop instead: so many, each again when its visit is over" },
    { flags: "--scenario <file>", description: "what visitors do, step by step: YAML or JSON" },
    { flags: "--method <method>", description: "GET, or POST with --body" },
    {
      flags: "--header <header>",
      description: 'a header such as "Accept: text/html", also of each step of a scenario; repeat it for more',
      repeats: true,
    },
    { flags: "--body <text>", description: "the body of each request" },
    { flags: "--expect <status>", description: "what counts as answered: 200, 2xx, 200-399 (200-399)" },
    { flags: "--message <text>", description: "for ws:// URLs: send this every second and measure what answers it" },
    { flags: "--fresh", description: "a new connection for each request" },
    { flags: "--max-connections <count>", description: "connections at a time, per thread (2000)" },
    { flags: "--timeout <time>", description: "a request that takes longer has failed (10s)" },
    { flags: "--retry-closed", description: "as browsers do, send again what a closed kept connection did not answer" },
    { flags: "--threads <count>", description: "threads that send (one for each 10,000 a second)" },
    { flags: "--seed <number>", description: "the same seed makes the same arrivals (1)" },
    {
      flags: "--threshold <limit>",
      description: 'exit 1 unless it is kept: "p95<250ms", "errors<0.1%", "rate>98%"; repeat it for more',
      repeats: true,
    },
    { flags: "--html <file>", description: "write a page with plots" },
    { flags: "--export-k6 <file>", description: "write the same load as a script for k6, and send nothing" },
    { flags: "--allow-host <host>", description: "load this host, which is not this machine, and which you may load" },
    { flags: "--insecure", description: "do not check the certificate of another machine" },
    { flags: "--beyond-limits", description: "allow more than 20,000 a second, 2,000 visitors or an hour" },
  ],
  examples: [
    { run: "tenfold load", does: "50 requests a second for 30 s through the balancer" },
    {
      run: 'tenfold load --rate 200 --ramp-to 1000 --duration 2m --threshold "p95<250ms" --threshold "errors<0.1%"',
      does: "find out whether the fleet keeps up with five times the traffic",
    },
    {
      run: "tenfold load --scenario shop.yaml --html report.html",
      does: "visitors with sessions, and a page about it",
    },
    { run: "tenfold load http://127.0.0.1:3000/ --visitors 20", does: "20 visitors, one request after the other" },
  ],
  run: async (context, input) => (await import("../work/load.ts")).runLoadCommand(context, input),
};
