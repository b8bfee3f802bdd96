/**
 * Installs the programs that fleets are made of, as far as they are missing: `node scripts/engines.ts haproxy postgres`.
 * Says nothing when nothing is missing. Exit codes are those of the command line.
 */

import { Fault } from "../packages/tenfold/src/fault/fault.ts";
import { PROGRAMS, type ProgramName } from "../packages/tenfold/src/fleet/machine.ts";
import { diagnose } from "../packages/tenfold/src/machine/doctor/diagnose.ts";
import { install } from "../packages/tenfold/src/machine/install/install.ts";
import { observeMachine } from "../packages/tenfold/src/machine/observe.ts";
import { observeSystem } from "../packages/tenfold/src/machine/system/system.ts";

async function missing(needed: readonly ProgramName[]) {
  const [machine, system] = await Promise.all([observeMachine({ processEnv: process.env }), observeSystem()]);
  return diagnose(machine, needed, system).filter(({ state }) => state.kind !== "ok");
}

async function main(): Promise<number> {
  const asked = process.argv.slice(2);
  const needed = asked.length === 0 ? PROGRAMS : PROGRAMS.filter((program) => asked.includes(program));
  const findings = await missing(needed);
  if (findings.length === 0) return 0;
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => controller.abort());
  await install(findings, {
    processEnv: process.env,
    onOutput: (line) => process.env.TENFOLD_VERBOSE && console.error(`  ${line}`),
    onStep: (title) => console.error(`· ${title}`),
    signal: controller.signal,
  });
  const left = await missing(needed);
  if (left.length === 0) return 0;
  const names = left.map(({ program }) => program).join(", ");
  throw new Fault("TF_INSTALL_FAILED", `${names} still cannot be used after the installation`, {
    hint:
      left
        .map(({ hint }) => hint ?? "")
        .join(" ")
        .trim() || undefined,
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  console.error(`error: ${error.message}`);
  for (const line of error.lines) console.error(`  ${line}`);
  if (error.hint !== undefined) console.error(`hint: ${error.hint}`);
  process.exitCode = error.exit;
}
