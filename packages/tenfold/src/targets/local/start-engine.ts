import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { Fault, type FaultData } from "../../fault/fault.ts";
import { systemFault } from "../../fault/system.ts";

/** What a starting engine says to whoever started it. */
export type EngineGreeting =
  | { readonly kind: "ready"; readonly notes: readonly string[] }
  /** Another engine was faster. */
  | { readonly kind: "held"; readonly pid: number }
  | { readonly kind: "fault"; readonly fault: FaultData };

/** How to run this very Tenfold as an engine: program, arguments of Node, and the script. */
export interface EngineProgram {
  readonly execPath: string;
  readonly argv: readonly string[];
}

/** Starts an engine for a directory, detached, and resolves once it answers. Faults: TF_ENGINE_START, and the engine's own. */
export async function startEngine(directory: string, program: EngineProgram): Promise<readonly string[]> {
  const state = `${directory}/.tenfold`;
  let log: number;
  try {
    mkdirSync(state, { recursive: true, mode: 0o711 });
    log = openSync(`${state}/engine.log`, "a", 0o600);
  } catch (error) {
    throw systemFault(error, state);
  }
  const child = spawn(program.execPath, [...program.argv, directory], {
    cwd: directory,
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  const greeting = await new Promise<EngineGreeting>((resolve, reject) => {
    child.once("message", (message) => resolve(message as EngineGreeting));
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(
        new Fault("TF_ENGINE_START", `the engine ended with ${code ?? signal} before it was ready`, {
          hint: `its own words are in ${state}/engine.log`,
        }),
      ),
    );
  });
  child.removeAllListeners();
  if (child.connected) child.disconnect();
  child.unref();
  if (greeting.kind === "fault") throw Fault.fromJSON(greeting.fault);
  return greeting.kind === "ready" ? greeting.notes : [];
}
