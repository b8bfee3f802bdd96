import { Fault } from "../../fault/fault.ts";
import type { ScaleOrder } from "../../targets/target.ts";
import { parseDuration } from "../../units/millis.ts";
import type { CommandDefinition } from "../command.ts";
import { followAndReport } from "../watch.ts";

/** Reads `5`, `web=5`, `worker.reports=+2`, `web=-1`, `web=auto`. Fault: TF_ARGUMENT. */
export function parseScale(word: string): ScaleOrder {
  const auto = /^([a-z][a-z0-9.-]*)=auto$/i.exec(word);
  if (auto !== null) return { group: auto[1] ?? "web", by: "auto", count: 0 };
  const match = /^(?:([a-z][a-z0-9.-]*)=)?([+-]?)(\d{1,6})$/i.exec(word);
  if (match === null) {
    throw new Fault("TF_ARGUMENT", `${JSON.stringify(word)} is no change of a count`, {
      hint: "write for example 5, web=5, web=+1, worker.reports=-1 or web=auto",
    });
  }
  const [, group = "web", sign, digits] = match;
  return { group, by: sign === "" ? "to" : "by", count: sign === "-" ? -Number(digits) : Number(digits) };
}

/** At most one change for each group. Fault: TF_ARGUMENT. */
function parseOrders(words: readonly string[]): ScaleOrder[] {
  const orders = words.map(parseScale);
  const twice = orders.find(({ group }, at) => orders.findIndex((one) => one.group === group) < at);
  if (twice === undefined) return orders;
  throw new Fault("TF_ARGUMENT", `${twice.group} is given more than once: ${words.join(" ")}`, {
    hint: "write one change for each group",
  });
}

export const scale: CommandDefinition = {
  name: "scale",
  usage: "<changes...>",
  summary: "change how many run, dropping nothing",
  description:
    "Takes a number of web instances, or changes like web=5, worker.reports=+2, postgres.replicas=3, redis.replicas=2. The numbers stay until the file's own numbers change. Where the file gives bounds, the engine moves the number by itself; one that is set here stays until web=auto gives it back, or until --for is over.",
  options: [
    { flags: "--for <time>", description: "how long numbers that move by themselves stay as they are set, such as 2h" },
  ],
  examples: [
    { run: "tenfold scale 5", does: "5 web instances" },
    { run: "tenfold scale web=+2 worker.reports=4", does: "2 more web instances, 4 workers of the queue reports" },
  ],
  run: (context, input) => {
    const orders = parseOrders(input.words);
    const text = input.text("for");
    const lasting = text === null ? undefined : parseDuration(text);
    if (text !== null && lasting === undefined)
      throw new Fault("TF_ARGUMENT", `--for ${JSON.stringify(text)} is no time`, {
        hint: "write for example --for 2h",
      });
    return followAndReport(context, (watch) => context.target.scale(orders, watch, lasting));
  },
};
