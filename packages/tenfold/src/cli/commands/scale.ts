import { Fault } from "../../fault/fault.ts";
import type { ScaleOrder } from "../../targets/target.ts";
import { formatDuration, type Millis, millis, parseDuration } from "../../units/millis.ts";
import type { CommandDefinition } from "../command.ts";
import { followAndReport } from "../watch.ts";

const SHORTEST = millis(60_000);
const LONGEST = millis(30 * 24 * 3_600_000);

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

/** How long a number stays: a time with its unit, since nobody who writes `10` means ten seconds. Fault: TF_ARGUMENT. */
export function parseLasting(text: string, orders: readonly ScaleOrder[]): Millis {
  const parsed = /^[\d.\s]*$/.test(text) ? undefined : parseDuration(text);
  if (parsed === undefined)
    throw new Fault("TF_ARGUMENT", `--for ${JSON.stringify(text)} is no time`, {
      hint: "write a number with its unit, such as --for 30m or --for 2h",
    });
  if (parsed < SHORTEST || parsed > LONGEST)
    throw new Fault("TF_ARGUMENT", `--for ${text} is ${parsed < SHORTEST ? "too short" : "too long"}`, {
      hint: `write a time from ${formatDuration(SHORTEST)} to ${formatDuration(LONGEST)}; without --for, a number stays until web=auto`,
    });
  const auto = orders.find(({ by }) => by === "auto");
  if (auto !== undefined)
    throw new Fault("TF_ARGUMENT", `--for does not go with ${auto.group}=auto`, {
      hint: "auto gives the number back at once; a number with --for is given back by itself",
    });
  return parsed;
}

export const scale: CommandDefinition = {
  name: "scale",
  usage: "<changes...>",
  summary: "change how many run, dropping nothing",
  description:
    "Takes a number of web instances, or changes like web=5, worker.reports=+2, postgres.replicas=3, redis.replicas=2. The numbers stay until the file's own numbers change. Where the file gives bounds (instances: { min: 2, max: 8 }), the engine moves the number by itself; one that is set here stays until web=auto gives it back, or until --for is over.",
  options: [
    {
      flags: "--for <time>",
      description: "where the file gives bounds: how long the number stays as it is set, such as 30m or 2h (1m to 30d)",
    },
  ],
  examples: [
    { run: "tenfold scale 5", does: "5 web instances" },
    { run: "tenfold scale web=+2 worker.reports=4", does: "2 more web instances, 4 of the workers called reports" },
    { run: "tenfold scale web=6 --for 2h", does: "6 web instances for two hours, where the file gives bounds" },
    { run: "tenfold scale web=auto", does: "let the engine decide again" },
  ],
  run: (context, input) => {
    const orders = parseOrders(input.words);
    const text = input.text("for");
    const lasting = text === null ? undefined : parseLasting(text, orders);
    return followAndReport(context, (watch) => context.target.scale(orders, watch, lasting));
  },
};
