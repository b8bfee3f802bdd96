import { Fault } from "../../fault/fault.ts";
import type { Machine, ProgramName, Version } from "../../fleet/machine.ts";
import { quoteAll } from "../../units/quote.ts";
import { isSupported, OLDEST } from "../programs/oldest.ts";
import { formatVersion } from "../programs/version.ts";
import { installCommands, newerFrom, packageOf } from "../system/packages.ts";
import type { System } from "../system/system.ts";

/** What was found of a program that a fleet needs. */
export type ProgramState =
  | { readonly kind: "ok"; readonly version: Version; readonly path: string }
  | { readonly kind: "missing" }
  | { readonly kind: "old"; readonly found: Version; readonly path: string; readonly wanted: Version };

export interface Finding {
  readonly program: ProgramName;
  readonly state: ProgramState;
  /** The system's package that holds it; `null` on a system that is not known. */
  readonly package: string | null;
  /** The exact command that installs it, for a shell; `null` when there is nothing to install or the way is not known. */
  readonly install: string | null;
  /** What else helps, in a sentence. */
  readonly hint: string | null;
}

function stateOf(machine: Machine, program: ProgramName): ProgramState {
  const found = machine.programs[program];
  if (found === undefined) return { kind: "missing" };
  const { version, path } = found;
  if (isSupported(program, found)) return { kind: "ok", version, path };
  return { kind: "old", found: version, path, wanted: OLDEST[program] };
}

/** One line for a shell that installs programs here; `null` on a system that is not known. */
export function installLine(machine: Machine, system: System, programs: readonly ProgramName[]): string | null {
  const commands = installCommands(system, programs);
  if (commands === null || programs.length === 0) return null;
  const sudo = machine.users.engine.uid === 0 || system.manager === "brew" ? [] : ["sudo"];
  return commands.map((words) => quoteAll([...sudo, ...words])).join(" && ");
}

/** Judges the programs that a fleet needs. Pure. */
export function diagnose(machine: Machine, needed: readonly ProgramName[], system: System): Finding[] {
  return needed.map((program): Finding => {
    const state = stateOf(machine, program);
    const wanted = formatVersion(program, OLDEST[program]);
    const known = packageOf(system, program);
    const finding = { program, state, package: known };
    switch (state.kind) {
      case "ok":
        return { ...finding, install: null, hint: null };
      case "missing": {
        const unknown = `Install ${program} ${wanted} or newer; Tenfold does not know the packages of ${system.name}.`;
        return {
          ...finding,
          install: installLine(machine, system, [program]),
          hint: known === null ? unknown : null,
        };
      }
      case "old":
        return {
          ...finding,
          install: null,
          hint: `${system.name} may have none newer in its own packages; see ${newerFrom(program)}.`,
        };
      default:
        return state satisfies never;
    }
  });
}

/** `haproxy 2.6.12, /usr/sbin/haproxy`: what was found, for people. */
export function describeFinding({ program, state }: Finding): string {
  switch (state.kind) {
    case "ok":
      return `${program} ${formatVersion(program, state.version)}, ${state.path}`;
    case "missing":
      return `${program} is not installed`;
    case "old":
      return `${program} ${formatVersion(program, state.found)} (${state.path}) is too old; ${formatVersion(program, state.wanted)} is the oldest that works`;
    default:
      return state satisfies never;
  }
}

/** Throws what `up` says when something is missing. Faults: TF_MISSING_PROGRAM, TF_OLD_PROGRAM. */
export function requirePrograms(machine: Machine, needed: readonly ProgramName[], system: System): void {
  const findings = diagnose(machine, needed, system);
  const missing = findings.filter(({ state }) => state.kind === "missing");
  const old = findings.filter(({ state }) => state.kind === "old");
  if (missing.length > 0) {
    const names = missing.map(({ program }) => program);
    const line = installLine(machine, system, names);
    throw new Fault(
      "TF_MISSING_PROGRAM",
      `the fleet needs ${names.join(", ")}, which ${names.length === 1 ? "is" : "are"} not installed`,
      {
        hint:
          line === null
            ? missing.map(({ hint }) => hint ?? "").join(" ")
            : `Install with: tenfold doctor --fix, or by hand: ${line}`,
        lines: old.map(describeFinding),
      },
    );
  }
  const [first] = old;
  if (first === undefined) return;
  throw new Fault("TF_OLD_PROGRAM", old.map(describeFinding).join("; "), { hint: first.hint ?? undefined });
}
