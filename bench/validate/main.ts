/**
 * npm run bench -- validate [--only=replay,plan] [--traces=growth,fall] [--runs=3]: the simulator held against real fleets
 * under the same trace, and the planner against fleets of the size that it planned. Writes its parts of
 * docs/benchmarks-scale.md, and bench/results/validate-PART.json.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../tests/harness/program.ts";
import { describeMachine } from "../fleet/machine.ts";
import { replacePart, writePage } from "./page.ts";
import { planPart, planText } from "./plan-part.ts";
import { replayPart, replayText } from "./replay-part.ts";

/** Free on most machines. */
const FIRST_PORT = 18_700;
const PARTS = ["replay", "plan"];

function option(name: string): string | undefined {
  return process.argv.find((word) => word.startsWith(`--${name}=`))?.split("=")[1];
}

const only = option("only")?.split(",") ?? PARTS;
const runs = Number(option("runs") ?? 3);
const unknown = only.filter((name) => !PARTS.includes(name));
if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1) {
  console.error(
    `error: ${unknown.length > 0 ? `there is no part ${unknown.join(", ")}` : "--runs is no whole number"}`,
  );
  console.error(`hint: parts are ${PARTS.join(", ")}`);
  process.exit(2);
}

const machine = describeMachine();

async function keep(name: string, result: unknown, text: string): Promise<void> {
  const folder = join(ROOT, "bench/results");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `validate-${name}.json`), `${JSON.stringify({ machine, result }, null, 2)}\n`);
  console.log(text);
  await writePage((page) => replacePart(page, `validate ${name}`, text));
}

if (only.includes("replay")) {
  const result = await replayPart((option("traces") ?? "growth,fall").split(","), runs, FIRST_PORT);
  await keep("replay", result, replayText(result, machine));
}
if (only.includes("plan")) {
  const result = await planPart(FIRST_PORT + 50);
  await keep("plan", result, planText(result, machine));
}
