/**
 * npm run bench -- validate [--only=replay,step,plan] [--traces=growth,fall] [--applications=waiting,computing] [--runs=3]
 * [--quick]: the simulator held against real fleets under the same trace, a step that real fleets meet, and the planner
 * against fleets of the size that it planned. Writes its parts of docs/benchmarks-scale.md, and
 * bench/results/validate-PART.json; what another run found there of other
 * traces and applications stays.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../tests/harness/program.ts";
import { describeMachine } from "../fleet/machine.ts";
import { chosen, count } from "../options.ts";
import { replacePart, writePage } from "./page.ts";
import { APPLICATIONS, planPart, planText } from "./plan-part.ts";
import { replayPart, replayText } from "./replay-part.ts";
import { stepPart, stepText } from "./step-part.ts";
import { REPLAY_TRACES } from "./traces.ts";

/** Free on most machines. */
const FIRST_PORT = 18_700;
const PARTS = ["replay", "step", "plan"];

const only = chosen("only", PARTS, "part");
const runs = count("runs", 3);

const machine = describeMachine();

/** With what is known from earlier runs, in the order of the names. Shows it and writes it down. */
async function keep<T extends { readonly name: string }>(
  part: string,
  fresh: readonly T[],
  text: (all: readonly T[], machine: string) => string,
): Promise<void> {
  const folder = join(ROOT, "bench/results");
  const path = join(folder, `validate-${part}.json`);
  await mkdir(folder, { recursive: true });
  const known = existsSync(path)
    ? (JSON.parse(await readFile(path, "utf8")) as { readonly found: readonly T[] }).found
    : [];
  const others = known.filter(({ name }) => fresh.every((one) => one.name !== name));
  const all = [...others, ...fresh].toSorted((a, b) => names(part).indexOf(a.name) - names(part).indexOf(b.name));
  await writeFile(path, `${JSON.stringify({ machine, found: all }, null, 2)}\n`);
  const shown = text(all, machine);
  console.log(shown);
  await writePage((page) => replacePart(page, `validate ${part}`, shown));
}

function names(part: string): string[] {
  if (part === "step") return ["step"];
  return part === "replay" ? Object.keys(REPLAY_TRACES) : APPLICATIONS.map(({ name }) => name);
}

if (only.includes("replay"))
  await keep("replay", await replayPart(chosen("traces", names("replay"), "trace"), runs, FIRST_PORT), replayText);
if (only.includes("step")) await keep("step", await stepPart(runs, FIRST_PORT), stepText);
if (only.includes("plan"))
  await keep(
    "plan",
    await planPart(
      chosen("applications", names("plan"), "application"),
      FIRST_PORT + 50,
      process.argv.includes("--quick"),
    ),
    planText,
  );
