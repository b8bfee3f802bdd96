import { Fault } from "../../fault/fault.ts";
import { nearest } from "../../units/nearest.ts";
import type { CommandDefinition } from "../command.ts";
import { followAndReport } from "../watch.ts";

const SERVICES = ["postgres", "redis"] as const;

function parseService(word: string): (typeof SERVICES)[number] {
  const found = SERVICES.find((service) => service === word);
  if (found !== undefined) return found;
  const near = nearest(word, SERVICES);
  throw new Fault(
    "TF_ARGUMENT",
    `${JSON.stringify(word)} cannot be switched over${near === undefined ? "" : `; did you mean ${near}?`}`,
    { hint: `write ${SERVICES.join(" or ")}` },
  );
}

export const failover: CommandDefinition = {
  name: "failover",
  usage: "<service>",
  summary: "switch to another primary or master, as planned",
  description:
    "Of postgres or redis. Clients wait for a moment instead of failing, and nothing that was acknowledged is lost. The former leader comes back as a replica.",
  options: [{ flags: "--to <member>", description: "the replica that shall lead; any that is ready when absent" }],
  examples: [
    { run: "tenfold failover postgres", does: "switch to a replica" },
    { run: "tenfold failover redis --to redis-2", does: "make redis-2 the master" },
  ],
  run: (context, input) => {
    const service = parseService(input.words[0] ?? "");
    return followAndReport(context, (watch) => context.target.failover(service, input.text("to"), watch));
  },
};
