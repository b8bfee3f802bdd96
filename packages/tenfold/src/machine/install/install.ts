import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "../../fault/fault.ts";
import { isAtLeast, type ProgramName } from "../../fleet/machine.ts";
import { quoteAll } from "../../units/quote.ts";
import type { Finding } from "../doctor/diagnose.ts";
import { searchPath } from "../programs/directories.ts";
import { OLDEST } from "../programs/oldest.ts";
import { formatVersion } from "../programs/version.ts";
import { installCommands, newerFrom, packageOf } from "../system/packages.ts";
import { observeSystem, type System } from "../system/system.ts";
import { currentUser } from "../users/service-user.ts";
import { observeApt, observeCandidates } from "./apt.ts";
import { CONFIGURE, type InstallPlan, type InstallStep, LOCK_WAIT, planInstall, UPDATE } from "./plan.ts";
import { type RunResult, runCommand } from "./run.ts";

export interface InstallOptions {
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Lines that the package manager prints. */
  readonly onOutput: (line: string) => void;
  /** The step that begins, for people: `install haproxy, postgresql`. */
  readonly onStep?: (title: string) => void;
  readonly signal: AbortSignal;
}

/** Programs of which the system has a package to install or upgrade to. */
function wantedOf(findings: readonly Finding[]): ProgramName[] {
  return findings.filter(({ state }) => state.kind !== "ok").map(({ program }) => program);
}

/** dpkg wants the directories of the administrator in its PATH. */
function environmentOf({ processEnv }: InstallOptions): InstallOptions["processEnv"] {
  return { ...processEnv, PATH: searchPath(processEnv.PATH).join(":") };
}

function byHand(system: System, programs: readonly ProgramName[], sudo: boolean): string | null {
  const commands = installCommands(system, programs);
  return commands?.map((words) => quoteAll(sudo ? ["sudo", ...words] : words)).join(" && ") ?? null;
}

function refuseUnsupported(system: System, programs: readonly ProgramName[]): void {
  if (system.manager === "apt") return;
  const line = byHand(system, programs, system.manager !== "brew" && currentUser().uid !== 0);
  throw new Fault(
    "TF_UNSUPPORTED_SYSTEM",
    `${programs.join(", ")}: Tenfold cannot install packages on ${system.name} by itself`,
    {
      hint: line === null ? "Install them as this system does." : `Install with: ${line}`,
    },
  );
}

/** What makes a command run as root. Faults: TF_NEEDS_ROOT, with the exact command to run. */
async function elevate(system: System, plan: InstallPlan, options: InstallOptions): Promise<string[]> {
  if (currentUser().uid === 0) return [];
  const sudo = await runCommand(
    { argv: ["true"] },
    { elevation: ["sudo", "-n"], env: environmentOf(options), onLine: () => {}, signal: options.signal },
  );
  if (sudo.code === 0) return ["sudo", "-n"];
  const update = plan.update === null ? "" : "sudo apt-get update && ";
  throw new Fault(
    "TF_NEEDS_ROOT",
    `${plan.programs.join(", ")} must be installed, which takes root or sudo without a password`,
    {
      hint: `Run: ${update}${byHand(system, plan.programs, true)}`,
    },
  );
}

/** The packages that apt would install, judged beforehand. Faults: TF_OLD_PROGRAM. `false`: some are not known. */
async function judgeCandidates(
  system: System,
  { programs, packages }: InstallPlan,
  env: InstallOptions["processEnv"],
): Promise<boolean> {
  const candidates = await observeCandidates(packages, env);
  let known = true;
  const old: ProgramName[] = [];
  for (const program of programs) {
    const candidate = candidates.get(packageOf(system, program) ?? "");
    if (candidate === undefined || candidate === null) known = false;
    else if (!isAtLeast(candidate, OLDEST[program])) old.push(program);
  }
  if (old.length === 0) return known;
  const lines = old.map((program) => {
    const found = formatVersion(program, candidates.get(packageOf(system, program) ?? "") ?? OLDEST[program]);
    return `${program} ${found}: ${formatVersion(program, OLDEST[program])} is the oldest that works. Newer ones: ${newerFrom(program)}`;
  });
  throw new Fault("TF_OLD_PROGRAM", `${system.name} offers only too old a version of ${old.join(", ")}`, { lines });
}

function failure(step: InstallStep, { lines, code }: RunResult): Fault {
  const text = lines.join("\n");
  const hint = /Unable to locate package|no installation candidate/.test(text)
    ? "On Ubuntu, some of these are in universe: sudo add-apt-repository universe"
    : /Could not get lock/.test(text)
      ? "Another package manager is at work; try again when it has finished."
      : /Could not resolve|Temporary failure|Failed to fetch|Unable to connect/.test(text)
        ? "The mirrors could not be reached: check the network, and the proxy if there is one."
        : undefined;
  const errors = lines.filter((line) => /^(E|W|dpkg): |error/i.test(line)).slice(-10);
  return new Fault("TF_INSTALL_FAILED", `could not ${step.title} (exit code ${code ?? "none"})`, {
    hint,
    lines: errors.length > 0 ? errors : lines.slice(-10),
  });
}

/** Whether a second try with fresh lists may help: a name that the lists lack, or a version that the mirrors dropped. */
function isStale(result: RunResult): boolean {
  return /Unable to locate package|no installation candidate|404 +Not Found|is not available/.test(
    result.lines.join("\n"),
  );
}

/** Whether an earlier installation was cut off, by a loss of power or a kill. */
function isInterrupted(result: RunResult): boolean {
  return result.lines.join("\n").includes("dpkg --configure -a");
}

/** Runs steps of one plan. */
class Installer {
  readonly #options: InstallOptions;
  readonly #elevation: readonly string[];

  constructor(options: InstallOptions, elevation: readonly string[]) {
    this.#options = options;
    this.#elevation = elevation;
  }

  /** Undoing ignores a cancellation: it must happen. */
  async #run(command: InstallStep["command"], cancellable: boolean): Promise<RunResult> {
    return runCommand(command, {
      elevation: this.#elevation,
      env: environmentOf(this.#options),
      onLine: this.#options.onOutput,
      signal: cancellable ? this.#options.signal : null,
    });
  }

  #check(): void {
    if (this.#options.signal.aborted) throw new Fault("TF_CANCELLED", "the installation was cancelled");
  }

  async #must(step: InstallStep): Promise<void> {
    this.#check();
    const result = await this.#run(step.command, true);
    this.#check();
    if (result.code !== 0) throw failure(step, result);
  }

  /** apt waits for dpkg's lock by itself, but not for the one on its lists. */
  async #update(): Promise<void> {
    this.#options.onStep?.(UPDATE.title);
    let waiting = false;
    const deadline = performance.now() + LOCK_WAIT * 1000;
    for (;;) {
      this.#check();
      const result = await this.#run(UPDATE.command, true);
      this.#check();
      if (result.code === 0) return;
      const locked = result.lines.some((line) => line.includes("Could not get lock"));
      if (!locked || performance.now() > deadline) throw failure(UPDATE, result);
      if (!waiting) this.#options.onStep?.("wait for another package manager");
      waiting = true;
      await sleep(1_000, undefined, { signal: this.#options.signal }).catch(() => {});
    }
  }

  async #install(plan: InstallPlan, system: System): Promise<void> {
    let fresh = false;
    if (plan.update !== null || !(await judgeCandidates(system, plan, environmentOf(this.#options)))) {
      await this.#update();
      fresh = true;
      await judgeCandidates(system, plan, environmentOf(this.#options));
    }
    this.#options.onStep?.(plan.install.title);
    this.#check();
    const result = await this.#run(plan.install.command, true);
    this.#check();
    if (result.code === 0) return;
    if (isInterrupted(result)) await this.#must(CONFIGURE);
    else if (!fresh && isStale(result)) await this.#update();
    else throw failure(plan.install, result);
    await this.#must(plan.install);
  }

  /** Everything that was changed on the way is put back, in reverse order, also after a failure or a cancellation. */
  async apply(plan: InstallPlan, system: System): Promise<void> {
    const undo: InstallStep["command"][] = [];
    const tell = (): void => this.#options.onStep?.("stop, once the package manager has finished what it has begun");
    this.#options.signal.addEventListener("abort", tell, { once: true });
    try {
      for (const step of plan.prepare) {
        if (step.undo !== undefined) undo.unshift(step.undo);
        await this.#must(step);
      }
      await this.#install(plan, system);
    } finally {
      this.#options.signal.removeEventListener("abort", tell);
      for (const step of plan.settle) await this.#run(step.command, false);
      for (const command of undo) await this.#run(command, false);
    }
  }
}

/** What `install` would do here. Faults: TF_UNSUPPORTED_SYSTEM. */
export async function observeInstallPlan(findings: readonly Finding[], system: System): Promise<InstallPlan> {
  const programs = wantedOf(findings);
  refuseUnsupported(system, programs);
  return planInstall({ system, programs, apt: await observeApt(programs, Date.now()), pid: process.pid });
}

/**
 * Installs the programs that findings lack, through the system's package manager, and asks nothing. Services that come
 * with the packages are neither started nor enabled, those that were there are left alone, and whatever was changed for
 * that is put back, also on failure and cancellation. Idempotent. Returns the packages.
 * Faults: TF_NEEDS_ROOT, TF_UNSUPPORTED_SYSTEM, TF_OLD_PROGRAM, TF_INSTALL_FAILED, TF_CANCELLED.
 */
export async function install(findings: readonly Finding[], options: InstallOptions): Promise<readonly string[]> {
  const programs = wantedOf(findings);
  if (programs.length === 0) return [];
  const system = await observeSystem();
  const plan = await observeInstallPlan(findings, system);
  const elevation = await elevate(system, plan, options);
  await new Installer(options, elevation).apply(plan, system);
  return plan.packages;
}
