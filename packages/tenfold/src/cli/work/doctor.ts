import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import { type Machine, type ProgramName, USUAL_PROGRAMS } from "../../fleet/machine.ts";
import { type Condition, inspectConditions } from "../../machine/doctor/conditions.ts";
import { diagnose, type Finding, installLine } from "../../machine/doctor/diagnose.ts";
import { observeHost } from "../../machine/doctor/host.ts";
import { neededPrograms } from "../../machine/doctor/needed.ts";
import { install } from "../../machine/install/install.ts";
import { observeMachine } from "../../machine/observe.ts";
import { formatVersion } from "../../machine/programs/version.ts";
import { observeSystem, type System } from "../../machine/system/system.ts";
import type { Spec } from "../../spec/spec.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { type Colour, harmless } from "../output/style.ts";

interface Diagnosis {
  readonly machine: Machine;
  readonly system: System;
  readonly findings: readonly Finding[];
  readonly conditions: readonly Condition[];
}

/** The file says what is needed; without one, everything that a fleet can be made of. */
async function readSpec(context: Context): Promise<Spec | null> {
  try {
    return (await context.loadProject(null)).spec;
  } catch (error) {
    if (error instanceof Fault && error.code === "TF_SPEC_NOT_FOUND" && context.options.file === null) return null;
    throw error;
  }
}

async function examine(context: Context, spec: Spec | null): Promise<Diagnosis> {
  const user = spec?.user ?? null;
  const [machine, system, host] = await Promise.all([
    observeMachine({ user, processEnv: process.env }),
    observeSystem(),
    observeHost(context.options.directory),
  ]);
  const needed: readonly ProgramName[] = spec === null ? USUAL_PROGRAMS : neededPrograms(spec);
  const conditions = spec === null ? [] : inspectConditions({ spec, machine, host });
  return { machine, system, findings: diagnose(machine, needed, system), conditions };
}

function lacking({ findings }: Diagnosis): Finding[] {
  return findings.filter(({ state }) => state.kind !== "ok");
}

function show({ terminal, paint }: Context, diagnosis: Diagnosis): void {
  const line = (colour: Colour, sign: string, text: string, hint: string | null): void =>
    terminal.out(
      `${paint(sign, colour)} ${harmless(text)}\n${hint === null ? "" : `    ${paint(harmless(hint), "dim")}\n`}`,
    );
  for (const { program, state, install: command, hint } of diagnosis.findings) {
    const help = [command, hint].filter((text) => text !== null).join(" ") || null;
    if (state.kind === "ok")
      line("green", "✓", `${program} ${formatVersion(program, state.version)}  ${paint(state.path, "dim")}`, hint);
    else if (state.kind === "missing") line("red", "✗", `${program} is not installed`, help);
    else
      line(
        "red",
        "✗",
        `${program} ${formatVersion(program, state.found)} is too old; ${formatVersion(program, state.wanted)} is the oldest that works`,
        help,
      );
  }
  const signs = { ok: ["green", "✓"], warning: ["yellow", "!"], error: ["red", "✗"] } as const;
  for (const { level, name, message, hint } of diagnosis.conditions)
    line(signs[level][0], signs[level][1], `${name}: ${message}`, hint);
}

function json(diagnosis: Diagnosis): string {
  const programs = diagnosis.findings.map(({ program, state, install: command, hint }) => ({
    program,
    state: state.kind,
    version: state.kind === "ok" ? state.version.join(".") : state.kind === "old" ? state.found.join(".") : null,
    path: state.kind === "missing" ? null : state.path,
    install: command,
    hint,
  }));
  return `${JSON.stringify({ version: 1, ok: isFine(diagnosis), programs, conditions: diagnosis.conditions })}\n`;
}

function isFine(diagnosis: Diagnosis): boolean {
  return lacking(diagnosis).length === 0 && diagnosis.conditions.every(({ level }) => level !== "error");
}

async function fix(context: Context, diagnosis: Diagnosis): Promise<void> {
  const missing = lacking(diagnosis);
  if (missing.length === 0) return;
  const { terminal, paint, options, interrupts } = context;
  const names = missing.map(({ program }) => program);
  const line = installLine(diagnosis.machine, diagnosis.system, names);
  if (options.dryRun) {
    terminal.out(`${line ?? "this system's package manager is not known"}\n`);
    return;
  }
  const sure = await context.confirm(`Install ${names.join(", ")}${line === null ? "" : ` with: ${line}`}?`);
  if (!sure) return;
  await install(missing, {
    processEnv: process.env,
    onOutput: (text) => options.verbose && terminal.err(`  ${harmless(text)}\n`),
    onStep: (title) => options.quiet || terminal.err(`${paint("·", "dim")} ${title}\n`),
    signal: interrupts.next(),
  });
}

/** Examines the machine for a fleet, and mends what it lacks when asked. Gives the exit code. Faults: TF_ARGUMENT, and those of an installation. */
export async function runDoctor(context: Context, input: Input): Promise<number> {
  if (input.text("since") !== null)
    throw new Fault("TF_ARGUMENT", "--since says how far back the load is looked at", {
      hint: "add --load, or leave it away",
    });
  const spec = await readSpec(context);
  let diagnosis = await examine(context, spec);
  if (input.has("fix")) {
    await fix(context, diagnosis);
    if (context.options.dryRun) return EXIT_CODES.done;
    diagnosis = await examine(context, spec);
  }
  if (context.options.json) context.terminal.out(json(diagnosis));
  else if (!context.options.quiet || !isFine(diagnosis)) show(context, diagnosis);
  return isFine(diagnosis) ? EXIT_CODES.done : EXIT_CODES.machine;
}
