import type { LoadDiagnosis } from "@tenfold/protocol";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import { formatDuration, type Millis, millis } from "../../units/millis.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { harmless, type Paint } from "../output/style.ts";
import { tellNotes } from "../watch.ts";
import { length } from "./load/options.ts";

const USUAL: Millis = millis(15 * 60_000);
/** The engine keeps no more. */
const KEPT: Millis = millis(60 * 60_000);
/** Fewer looks than these are a glance. */
const ENOUGH = 12;

function formatDiagnosis({ causes, looks, from, to }: LoadDiagnosis, paint: Paint): string {
  if (from === null || to === null)
    return `${paint("!", "yellow")} nothing was seen yet: the engine looks every 5 s; ask again in a minute\n`;
  const time = formatDuration(millis(Math.round((to - from) / 1_000) * 1_000));
  const few =
    looks < ENOUGH ? `; ${paint("that is a glance", "yellow")}, ask again when the load has lasted a minute` : "";
  const head = `${looks} looks in ${time}${few}\n`;
  if (causes.length === 0) return `${head}${paint("✓", "green")} nothing in them explains a slow fleet\n`;
  const told = causes.map(({ name, level, subject, figure, why, change }) => {
    const sign = level === "error" ? paint("✗", "red") : paint("!", "yellow");
    const whose = subject === null ? "" : ` (${harmless(subject)})`;
    return `${sign} ${paint(name, "bold")}${whose}: ${harmless(figure)}\n    ${harmless(why)}\n    ${paint(harmless(change), "cyan")}\n`;
  });
  return `${head}${told.join("")}`;
}

/** Says what the running fleet was seen to do. Gives the exit code: 1 when there is a cause. Faults: TF_ARGUMENT, TF_NOT_RUNNING. */
export async function runDoctorLoad(context: Context, input: Input): Promise<number> {
  const { target, terminal, options, paint } = context;
  const since = length(input, "since") ?? USUAL;
  if (since > KEPT)
    throw new Fault("TF_ARGUMENT", `--since is ${formatDuration(since)}, and the engine keeps an hour`, {
      hint: "write --since 1h; what was before is in the figures of monitoring, where there is one",
    });
  if (input.has("fix"))
    throw new Fault("TF_ARGUMENT", "--fix installs what is missing, and --load does not look for that", {
      hint: "leave one of the two away",
    });
  const diagnosis = await target.loadDiagnosis(since);
  tellNotes(context);
  terminal.out(options.json ? `${JSON.stringify(diagnosis)}\n` : formatDiagnosis(diagnosis, paint));
  return diagnosis.causes.length === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}
