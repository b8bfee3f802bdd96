import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { detect } from "../../detect/detect.ts";
import type { Detection } from "../../detect/detection.ts";
import { formatProposal, proposalValue } from "../../detect/format.ts";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import { systemCode, systemFault } from "../../fault/system.ts";
import { readProjectFiles } from "../../machine/project-files.ts";
import { FILE_NAMES, namesIn } from "../../project/find.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";

const FILE = "tenfold.yaml";

type Found = Extract<Detection, { found: true }>;

/** Fleet files that are there already; a Procfile is something to be read, not to be kept. */
async function present(directory: string): Promise<string[]> {
  const names = await namesIn(directory);
  return FILE_NAMES.filter((name) => name !== "Procfile" && names.includes(name));
}

function nothingFound({ lookedFor, warnings }: Extract<Detection, { found: false }>, directory: string): Fault {
  return new Fault("TF_SPEC_NOT_FOUND", `nothing in ${directory} says how the application is started`, {
    hint: 'write it yourself: tenfold up --command "..." tries it, and docs/guides shows a tenfold.yaml',
    lines: [`looked for ${lookedFor.join(", ")}`, ...warnings],
  });
}

function show({ terminal, paint }: Context, { framework, evidence, proposal, warnings }: Found): void {
  terminal.err(`This looks like ${paint(framework, "bold")}:\n`);
  for (const { file, what } of evidence) terminal.err(`  ${paint(file, "cyan")}  ${what}\n`);
  terminal.err(`It will run ${paint(proposal.web.command, "bold")}\n`);
  for (const warning of warnings) terminal.err(`${paint("!", "yellow")} ${warning}\n`);
}

async function write(path: string, text: string, overwrite: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: overwrite ? "w" : "wx" });
  } catch (error) {
    if (systemCode(error) === "EEXIST")
      throw new Fault("TF_SPEC_EXISTS", `${path} exists`, { hint: "--force writes over it" });
    throw systemFault(error, path);
  }
}

/** Looks at the project, says what it saw, and writes its fleet file. Gives the exit code. Faults: TF_SPEC_EXISTS, TF_SPEC_NOT_FOUND. */
export async function runInit(context: Context, input: Input): Promise<number> {
  const { options, terminal, paint } = context;
  const force = input.has("force");
  const there = await present(options.directory);
  if (there.length > 0 && !force && !options.dryRun) {
    throw new Fault("TF_SPEC_EXISTS", `${options.directory} has a fleet file already: ${there.join(", ")}`, {
      hint: "--dry-run shows what init would write, --force writes over it",
    });
  }
  const detection = detect(await readProjectFiles(options.directory));
  if (!detection.found) throw nothingFound(detection, options.directory);
  const text = formatProposal(detection);
  const path = join(options.directory, options.file === null ? FILE : basename(options.file));
  if (!options.dryRun) await write(path, text, force);
  if (options.json) {
    const { framework, evidence, proposal, warnings } = detection;
    const file = options.dryRun ? null : path;
    terminal.out(
      `${JSON.stringify({ version: 1, file, framework, evidence, warnings, proposal: proposalValue(proposal) })}\n`,
    );
    return EXIT_CODES.done;
  }
  if (!options.quiet) show(context, detection);
  if (options.dryRun) terminal.out(text);
  else if (!options.quiet) terminal.err(`${paint("✓", "green")} wrote ${path}; next: tenfold up\n`);
  return EXIT_CODES.done;
}
