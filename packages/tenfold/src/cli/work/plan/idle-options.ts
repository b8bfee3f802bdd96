import { Fault } from "../../../fault/fault.ts";
import type { Input } from "../../command.ts";

/** Of a measurement only. */
const MEASURING = [
  ...["sizes", "held-out", "path", "scenario", "step", "confirm", "repeats", "start", "max-rate", "threads"],
  "quick",
];
/** A measurement has no prices, and knows better than what else is said of the instances. */
const PLANNING = ["prices", "from", "slots", "variability"];
const MODELLING = ["slots", "variability"];

function given(input: Input, options: readonly string[]): string | undefined {
  return options.find((option) => input.text(option) !== null || input.has(option));
}

function refuse(option: string, why: string, hint: string): never {
  throw new Fault("TF_ARGUMENT", `--${option} ${why}`, { hint });
}

/** What was typed and would do nothing is an error of whoever typed it. Fault: TF_ARGUMENT. */
export function refuseIdle(input: Input): void {
  const isMeasuring = input.has("measure");
  const idle = given(input, isMeasuring ? PLANNING : MEASURING);
  if (idle !== undefined && !isMeasuring)
    refuse(idle, "says how to measure, and nothing is measured", "add --measure, or leave it away");
  if (idle !== undefined) refuse(idle, "does nothing with --measure", "leave it away, or plan without --measure");
  if (isMeasuring || input.text("from") === null) return;
  if (input.text("users") === null && input.text("rps") === null)
    refuse("from", "says how instances scale, and nothing is asked", "add --users or --rps");
  const known = given(input, MODELLING);
  if (known !== undefined)
    refuse(
      known,
      "does nothing with --from",
      "the file says what instances do; leave it away, or plan without the file",
    );
}
